package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a handshake failed, in words. */
public final class TlsFailure {
  /**
   * BoringSSL's {@code error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION}.
   */
  private static final Pattern OPENSSL = Pattern.compile("OPENSSL_internal:([A-Z0-9_]+)");

  private static final Pattern OPENSSL_ALERT =
      Pattern.compile("(?:TLSV1|SSLV3)_ALERT_([A-Z_]+)|TLSV1_([A-Z_]+)");
  private static final Pattern JDK_ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");

  /** The alert that it sends itself: {@code (handshake_failure) no cipher suites in common}. */
  private static final Pattern JDK_PREFIX = Pattern.compile("^\\([a-z_]+\\) ");

  private static final String UNKNOWN_AUTHORITY =
      "the certificate is signed by an unknown authority";

  private TlsFailure() {}

  /** One line, without a stop at its end. Any handshake's failure, of either side and provider. */
  public static String reason(Throwable failure) {
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      String reason = certificate(cause);
      if (reason != null) {
        return reason;
      }
    }
    for (Throwable cause : causes) {
      String reason = protocol(cause);
      if (reason != null) {
        return reason;
      }
    }
    // The innermost knows best.
    for (Throwable cause : causes.reversed()) {
      if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
        return oneLine(cause.getMessage());
      }
    }
    return failure.getClass().getSimpleName();
  }

  private static List<Throwable> causes(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  private static @Nullable String certificate(Throwable cause) {
    return switch (cause) {
      case CertificateExpiredException _ -> "the certificate has expired";
      case CertificateNotYetValidException _ -> "the certificate is not valid yet";
      case CertPathBuilderException _ -> UNKNOWN_AUTHORITY;
      case CertPathValidatorException e -> path(e);
      case CertificateException e when isOtherName(e) ->
          "the certificate is made out for another name: " + name(message(e));
      case CertificateException e when e.getCause() == null && !message(e).isEmpty() ->
          oneLine(message(e));
      default -> null;
    };
  }

  /** Java has no type for it. */
  static boolean isOtherName(CertificateException e) {
    String message = message(e);
    return message.startsWith("No subject alternative") || message.startsWith("No name matching");
  }

  static boolean isUnknownAuthority(CertificateException e) {
    return reason(e).startsWith(UNKNOWN_AUTHORITY);
  }

  private static String path(CertPathValidatorException e) {
    if (e.getReason() == BasicReason.EXPIRED) {
      return "the certificate has expired";
    }
    if (e.getReason() == BasicReason.NOT_YET_VALID) {
      return "the certificate is not valid yet";
    }
    if (e.getReason() == BasicReason.INVALID_SIGNATURE) {
      return UNKNOWN_AUTHORITY + " (one of that name is known, with another key)";
    }
    return "the certificate's chain is not valid: " + oneLine(message(e));
  }

  private static @Nullable String protocol(Throwable cause) {
    String message = message(cause);
    Matcher jdkAlert = JDK_ALERT.matcher(message);
    if (jdkAlert.find()) {
      return alert(jdkAlert.group(1));
    }
    Matcher openSsl = OPENSSL.matcher(message);
    if (openSsl.find()) {
      return openSsl(openSsl.group(1));
    }
    if (message.contains("Empty client certificate chain")
        || message.contains("Empty server certificate chain")) {
      return "no certificate was sent";
    }
    if (message.contains("are not accepted by server preferences")
        || message.contains("is not enabled or supported in server context")
        || message.contains("protocol is disabled or cipher suites are inappropriate")) {
      return "no TLS version in common";
    }
    if (message.contains("no cipher suites in common")) {
      return "no cipher suite in common";
    }
    if (cause instanceof NotSslRecordException) {
      return "what was sent is not TLS";
    }
    if (cause instanceof ClosedChannelException) {
      return "the other end closed the connection";
    }
    return null;
  }

  private static String openSsl(String code) {
    return switch (code) {
      case "PEER_DID_NOT_RETURN_A_CERTIFICATE" -> "no certificate was sent";
      case "UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION", "NO_SUPPORTED_VERSIONS_ENABLED" ->
          "no TLS version in common";
      case "NO_SHARED_CIPHER" -> "no cipher suite in common";
      case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST" ->
          "what was sent is not TLS";
      default -> {
        Matcher alert = OPENSSL_ALERT.matcher(code);
        String words = code.toLowerCase(Locale.ROOT).replace('_', ' ');
        if (!alert.matches()) {
          yield words;
        }
        String name = alert.group(1) != null ? alert.group(1) : alert.group(2);
        yield alert(name.toLowerCase(Locale.ROOT));
      }
    };
  }

  private static String alert(String name) {
    return "the other end refused with the alert " + name;
  }

  private static String name(String message) {
    int details = message.indexOf(" in the chain of ");
    return oneLine(details < 0 ? message : message.substring(0, details));
  }

  private static String message(Throwable cause) {
    return cause.getMessage() == null ? "" : cause.getMessage();
  }

  private static String oneLine(String text) {
    String line = JDK_PREFIX.matcher(text.replaceAll("\\s+", " ").strip()).replaceFirst("");
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
