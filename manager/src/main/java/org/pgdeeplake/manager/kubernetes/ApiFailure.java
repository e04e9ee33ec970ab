package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** What an API server's failures mean for the user. */
record ApiFailure(String url, String context, Duration timeout) {
  /** Of HTTP; the library says 0 or -1 if there was no answer. */
  private static final int SMALLEST_STATUS = 100;

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final Pattern CANNOT =
      Pattern.compile("cannot (\\S+) resource \"([^\"]+)\" in API group \"([^\"]*)\"");
  private static final Pattern MESSAGE =
      Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  DeploymentFailed of(KubernetesClientException e) {
    boolean answered = e.getStatus() != null || e.getCode() >= SMALLEST_STATUS;
    String said = e.getStatus() == null ? null : e.getStatus().getMessage();
    return new DeploymentFailed(
        answered ? answered(e.getCode(), said, e.getMessage()) : unreachable(e), e);
  }

  /** Of a port-forward that did not come about, in one line. */
  String ofStream(String pod, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof WebSocketHandshakeException handshake) {
        int code = handshake.getResponse().code();
        return "port-forward to pod %s: %s"
            .formatted(pod, answered(code, body(handshake), "HTTP status " + code));
      }
    }
    return "port-forward to pod " + pod + ": " + unreachable(failure);
  }

  private String answered(int code, @Nullable String said, @Nullable String otherwise) {
    String words = said == null || said.isEmpty() ? String.valueOf(otherwise) : said;
    return switch (code) {
      case UNAUTHORIZED ->
          "the API server %s does not accept the credentials of context %s: log in anew"
              .formatted(url, context);
      case FORBIDDEN -> "forbidden by the API server of context " + context + ": " + role(words);
      default -> "the API server of context %s says: %s".formatted(context, words);
    };
  }

  private static String role(String words) {
    Matcher cannot = CANNOT.matcher(words);
    if (!cannot.find()) {
      return words + ": the port-forward needs the verbs get and create on pods/portforward";
    }
    String group = cannot.group(3).isEmpty() ? "" : "." + cannot.group(3);
    return "%s: the user's Role lacks the verb %s on %s%s"
        .formatted(words, cannot.group(1), cannot.group(2), group);
  }

  /** The JDK keeps the body of an answer that was no upgrade. */
  private static @Nullable String body(WebSocketHandshakeException handshake) {
    if (handshake.getCause() instanceof java.net.http.WebSocketHandshakeException cause
        && cause.getResponse() != null
        && cause.getResponse().body() instanceof String text) {
      Matcher message = MESSAGE.matcher(text);
      return message.find() ? message.group(1).replace("\\\"", "\"") : text.strip();
    }
    return null;
  }

  private String unreachable(Throwable failure) {
    String reason = String.valueOf(failure.getMessage());
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
        reason = "its name cannot be resolved";
        break;
      } else if (t instanceof SSLException) {
        reason = "TLS: " + t.getMessage();
        break;
      } else if (t instanceof HttpTimeoutException || t instanceof TimeoutException) {
        reason = "no answer within " + timeout.toSeconds() + " s";
      } else if (t instanceof ConnectException) {
        reason = "connection refused";
      }
    }
    return "cannot reach the API server %s of context %s: %s".formatted(url, context, reason);
  }
}
