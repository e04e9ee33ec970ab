package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A whole request; it holds no buffer.
 *
 * @param path as it was sent, without the query
 * @param places what stands where the path's template has a name in braces
 * @param user who has shown the right credentials; empty where nobody was asked for them
 * @param loop of its connection, for what waits
 */
record Request(
    HttpMethod method,
    HttpVersion version,
    String uri,
    String path,
    Map<String, String> places,
    HttpHeaders headers,
    String body,
    InetSocketAddress client,
    String user,
    ScheduledExecutorService loop) {

  static Request of(
      FullHttpRequest message, InetSocketAddress client, ScheduledExecutorService loop) {
    return new Request(
        message.method(),
        message.protocolVersion(),
        message.uri(),
        new QueryStringDecoder(message.uri()).rawPath(),
        Map.of(),
        message.headers(),
        message.content().toString(UTF_8),
        client,
        "",
        loop);
  }

  Request at(Map<String, String> found) {
    return new Request(method, version, uri, path, found, headers, body, client, user, loop);
  }

  Request by(String name) {
    return new Request(method, version, uri, path, places, headers, body, client, name, loop);
  }

  /** Whether it changes nothing. */
  boolean reads() {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  @Nullable String header(CharSequence name) {
    return headers.get(name);
  }

  /** What stands in the path for {@code {name}}. */
  String place(String name) {
    return Objects.requireNonNull(places.get(name), name);
  }

  /**
   * The query's parameters, each with its last value.
   *
   * @throws Refusal where it has one that is not known, so that a misspelt one is not overlooked
   */
  Map<String, String> query(Set<String> known) {
    Map<String, String> values = new java.util.TreeMap<>();
    parameters(new QueryStringDecoder(uri)).forEach((name, all) -> values.put(name, all.getLast()));
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new Refusal(
            HttpResponseStatus.BAD_REQUEST,
            "unknown parameter "
                + name
                + (known.isEmpty()
                    ? "; there is none here"
                    : "; known: " + String.join(", ", new java.util.TreeSet<>(known))));
      }
    }
    return values;
  }

  /** The fields of a form that was sent as the body; scripts do not encode every {@code #}. */
  Map<String, List<String>> form() {
    return parameters(new QueryStringDecoder(body.replace("#", "%23"), UTF_8, false));
  }

  private static Map<String, List<String>> parameters(QueryStringDecoder decoder) {
    try {
      return decoder.parameters();
    } catch (IllegalArgumentException e) {
      throw new Refusal(
          HttpResponseStatus.BAD_REQUEST, "a parameter is not encoded well: " + e.getMessage());
    }
  }
}
