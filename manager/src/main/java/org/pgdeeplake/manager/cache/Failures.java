package org.pgdeeplake.manager.cache;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.pgdeeplake.manager.cache.CacheFailed.Reason;

/** What Lettuce throws, in words that tell a user what to change. */
final class Failures {
  private static final int MOST_CAUSES = 20;

  private Failures() {}

  static CacheFailed of(Replies place, Throwable thrown) {
    Throwable cause = thrown;
    for (int i = 0; i < MOST_CAUSES && cause != null; i++, cause = cause.getCause()) {
      switch (cause) {
        case CacheFailed failed -> {
          return failed;
        }
        case RedisCommandExecutionException answer -> {
          return answered(place.server(), String.valueOf(answer.getMessage()), thrown);
        }
        case SSLException tls when String.valueOf(tls.getMessage()).contains("timed out") -> {
          // Whichever of the two limits comes first.
          return silent(place);
        }
        case SSLException tls -> {
          return handshake(place.server(), String.valueOf(tls.getMessage()), thrown);
        }
        case UnknownHostException _, UnresolvedAddressException _ -> {
          return unreachable(place, "there is no host of that name", thrown);
        }
        case RedisCommandTimeoutException _, TimeoutException _ -> {
          return silent(place);
        }
        default -> {}
      }
    }
    String message = words(thrown);
    if (message.contains("Cannot parse") || message.contains("Invalid first byte")) {
      return notRedis(place.server(), thrown);
    }
    return unreachable(place, message, thrown);
  }

  static CacheFailed silent(Replies place) {
    return new CacheFailed(
        Reason.UNREACHABLE,
        "No answer from Redis at %s within %s s%s"
            .formatted(
                place.server(),
                place.limit().toMillis() / 1000.0,
                place.tls() ? "; does it speak TLS (redis:// is without TLS)?" : ""));
  }

  static CacheFailed readOnly(String server, String primary) {
    return new CacheFailed(
        Reason.READ_ONLY,
        "Redis at %s is a read-only replica%s: REDIS_URL must name the primary"
            .formatted(server, primary.isBlank() ? "" : " of " + primary));
  }

  private static CacheFailed notRedis(String server, Throwable cause) {
    return new CacheFailed(
        Reason.NOT_REDIS, "What listens at " + server + " is not Redis: see REDIS_URL", cause);
  }

  private static CacheFailed answered(String server, String words, Throwable cause) {
    String at = "Redis at " + server;
    if (words.startsWith("NOAUTH")) {
      return new CacheFailed(
          Reason.CREDENTIALS,
          at + " wants a password: REDIS_URL=redis://[USER]:PASSWORD@HOST:PORT",
          cause);
    }
    if (words.startsWith("WRONGPASS") || words.startsWith("ERR invalid password")) {
      return new CacheFailed(
          Reason.CREDENTIALS, at + " refuses the user or the password in REDIS_URL", cause);
    }
    if (words.startsWith("ERR AUTH") || words.contains("no password is set")) {
      return new CacheFailed(
          Reason.CREDENTIALS,
          at + " has no password, but REDIS_URL has one: take it out, or set requirepass there",
          cause);
    }
    if (words.startsWith("NOPERM")) {
      return new CacheFailed(
          Reason.CREDENTIALS, at + " forbids it to the user in REDIS_URL: " + words, cause);
    }
    if (words.startsWith("READONLY")) {
      return readOnly(server, "");
    }
    return new CacheFailed(Reason.REFUSED, at + " answered: " + words, cause);
  }

  private static CacheFailed handshake(String server, String words, Throwable cause) {
    String why;
    if (words.contains("not an SSL/TLS record")) {
      why = "it does not speak TLS (redis:// is without TLS)";
    } else if (words.contains("PKIX") || words.contains("certification path")) {
      why = "its certificate is of nobody that is trusted: add ?ssl_ca_certs=FILE to REDIS_URL";
    } else if (words.contains("No name matching") || words.contains("subject alternative")) {
      why = "its certificate is for another host (" + words + ")";
    } else if (words.contains("certificate_required")) {
      why = "it wants a certificate of the client (tls-auth-clients), which is not supported";
    } else {
      why = words;
    }
    return new CacheFailed(Reason.TLS, "No TLS with Redis at %s: %s".formatted(server, why), cause);
  }

  private static CacheFailed unreachable(Replies place, String words, Throwable cause) {
    boolean ended =
        words.toLowerCase(Locale.ROOT).contains("clos")
            || words.contains("Connection reset")
            || cause instanceof CancellationException;
    String hint = place.tls() ? "" : "; is it Redis, and without TLS (rediss:// is with TLS)?";
    return new CacheFailed(
        Reason.UNREACHABLE,
        ended
            ? "The connection to Redis at %s was closed by it%s".formatted(place.server(), hint)
            : "No connection to Redis at %s: %s".formatted(place.server(), words),
        cause);
  }

  /** Of the innermost cause that has any. */
  private static String words(Throwable thrown) {
    String words = thrown.getClass().getSimpleName();
    Throwable cause = thrown;
    for (int i = 0; i < MOST_CAUSES && cause != null; i++, cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        words = cause.getMessage();
      }
    }
    // The system's own words, without where: that is said already.
    return words.replaceFirst("^(Connection refused|Connection timed out): .*", "$1");
  }
}
