package org.pgdeeplake.manager.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Requests to one proxy, and what its status codes mean. */
final class Exchange implements AutoCloseable {
  private static final String KEYS =
      "PROXY_STATS_USER and PROXY_STATS_PASSWORD in .env, or HAPROXY_STATS_USER and"
          + " HAPROXY_STATS_PASSWORD";

  private final String base;
  private final @Nullable ProxyCredentials credentials;
  private final Duration timeout;
  private final HttpClient client;

  Exchange(URI admin, @Nullable ProxyCredentials credentials, Duration timeout) {
    this.base = admin.toString().replaceFirst("/+$", "");
    this.credentials = credentials;
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            // The default offers an upgrade to HTTP/2 in every request.
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** Begins a message about what the proxy said. */
  String place() {
    return "The proxy at " + base;
  }

  /** A path of names, each of which may have any character. */
  static String path(String... segments) {
    StringBuilder path = new StringBuilder();
    for (String segment : segments) {
      path.append('/').append(encoded(segment));
    }
    return path.toString();
  }

  static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
        .collect(Collectors.joining("&", "?", ""));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Reading that is open to all; the password does not travel. */
  JsonNode read(String path) throws ProxyFailed, InterruptedException {
    return send(request(path, Duration.ZERO).GET());
  }

  /** With the credentials. {@code longer}: it may take so long more than an answer does. */
  JsonNode order(String method, String path, Duration longer)
      throws ProxyFailed, InterruptedException {
    return send(ordering(method, path, longer));
  }

  CompletableFuture<HttpResponse<String>> start(String method, String path, Duration longer) {
    return client.sendAsync(ordering(method, path, longer).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder ordering(String method, String path, Duration longer) {
    HttpRequest.Builder request = request(path, longer).method(method, BodyPublishers.noBody());
    if (credentials != null) {
      request.header("Authorization", credentials.header());
    }
    return request;
  }

  private HttpRequest.Builder request(String path, Duration longer) {
    return HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
        .timeout(timeout.plus(longer));
  }

  private JsonNode send(HttpRequest.Builder request) throws ProxyFailed, InterruptedException {
    try {
      return body(client.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  ProxyFailed lost(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    String message =
        switch (cause) {
          case ConnectException _ ->
              "No connection to the proxy at %s: is it running, and is --proxy or PROXY_ADMIN_URL right?"
                  .formatted(base);
          case HttpTimeoutException _ -> "No answer from the proxy at %s in time".formatted(base);
          default ->
              "The connection to the proxy at %s was lost (%s)".formatted(base, cause.getMessage());
        };
    return new ProxyFailed.Unreachable(message, cause);
  }

  /** Of a 2xx answer; any other is a failure. */
  JsonNode body(HttpResponse<String> response) throws ProxyFailed {
    int status = response.statusCode();
    if (status / 100 == 2) {
      return Answers.tree(place(), response.body());
    }
    if (status == 401 || status == 403) {
      throw new ProxyFailed.NeedsCredentials(credentialsWanted(status));
    }
    JsonNode json = Answers.tree(place() + " (" + status + ")", response.body());
    String error = json.path("error").asText("status " + status);
    throw switch (status) {
      case 404, 409 -> new ProxyFailed.Unknown(error);
      case 422 ->
          new ProxyFailed.NotReloaded(error, Answers.list(place(), json, "problems", String.class));
      case 429 ->
          new ProxyFailed.TooMany(
              error
                  + response
                      .headers()
                      .firstValue("Retry-After")
                      .map(seconds -> "; again in " + seconds + " s")
                      .orElse(""));
      case 504 -> new ProxyFailed.NotEmpty(error, Answers.one(place(), json, ServerState.class));
      default -> new ProxyFailed.Unexpected("%s answers: %s".formatted(place(), error));
    };
  }

  private String credentialsWanted(int status) {
    if (status == 403) {
      return "%s has no user and password, so nobody can give it orders or see its sessions:"
              .formatted(place())
          + " set proxy.admin.stats in its configuration (with Compose: "
          + KEYS
          + ")";
    }
    return credentials == null
        ? "%s wants user and password: set %s".formatted(place(), KEYS)
        : "%s refuses user '%s' and the password: see %s"
            .formatted(place(), credentials.user(), KEYS);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
