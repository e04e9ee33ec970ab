package org.pgdeeplake.manager.cache;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@code REDIS_URL}: {@code redis[s][+cluster]://[[USER]:PASSWORD@]HOST[:PORT][,HOST…][/DB]}. The
 * parameters are redis-py's: {@code ssl_ca_certs=FILE}, {@code ssl_cert_reqs=none} and {@code db};
 * others are not ours, but one that begins with {@code ssl_} and is ignored would weaken TLS in
 * silence, so it is refused. {@code toString} has no password in it.
 */
public final class CacheAddress {
  private static final int DEFAULT_PORT = 6379;
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>[a-z+]+)://(?<authority>[^/?#]*)(?<path>/[^?#]*)?(\\?(?<query>[^#]*))?(#.*)?",
          Pattern.DOTALL);
  private static final Pattern HOST =
      Pattern.compile("(?:\\[(?<six>[0-9a-fA-F:.%]+)]|(?<host>[^\\[\\]:\\s]+))(?::(?<port>\\d+))?");
  private static final Set<String> SCHEMES =
      Set.of("redis", "rediss", "redis+cluster", "rediss+cluster");

  private final String scheme;
  private final List<Endpoint> endpoints;
  private final @Nullable String user;
  private final @Nullable String password;
  private final int database;
  private final @Nullable Path certificates;
  private final boolean verified;

  private CacheAddress(Matcher url) throws CacheFailed {
    scheme = String.valueOf(url.group("scheme"));
    String authority = String.valueOf(url.group("authority"));
    String path = url.group("path") == null ? "" : url.group("path").substring(1);
    if (path.contains("@")) {
      throw wrong("has a / in its password: write it as %2F");
    }
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? "" : authority.substring(0, at);
    int colon = login.indexOf(':');
    user = colon > 0 ? decoded(login.substring(0, colon)) : null;
    password = login.length() > colon + 1 ? decoded(login.substring(colon + 1)) : null;
    endpoints = endpoints(authority.substring(at + 1));
    Map<String, String> parameters = parameters(url.group("query"));
    database = database(path.isEmpty() ? parameters.getOrDefault("db", "") : path);
    String file = parameters.get("ssl_ca_certs");
    certificates = file == null ? null : Path.of(file);
    verified = verified(parameters);
  }

  /**
   * Reads an address.
   *
   * @throws CacheFailed ADDRESS: it is none
   */
  public static CacheAddress parse(String url) throws CacheFailed {
    Matcher matcher = URL.matcher(url.strip());
    if (!matcher.matches() || !SCHEMES.contains(String.valueOf(matcher.group("scheme")))) {
      throw wrong(
          "is no address of a Redis: redis://[:PASSWORD@]HOST[:PORT], rediss:// with TLS, and"
              + " redis+cluster:// with HOST,HOST,… for a cluster");
    }
    return new CacheAddress(matcher);
  }

  private static List<Endpoint> endpoints(String hosts) throws CacheFailed {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String each : hosts.split(",", -1)) {
      Matcher host = HOST.matcher(each.strip());
      if (!host.matches()) {
        throw wrong(each.isBlank() ? "names no host" : "has no host and port in '" + each + "'");
      }
      String name = host.group("six") == null ? host.group("host") : host.group("six");
      int port = host.group("port") == null ? DEFAULT_PORT : number(host.group("port"));
      if (port < 1 || port > 65535) {
        throw wrong("has no port in '" + each + "': 1 to 65535");
      }
      endpoints.add(new Endpoint(String.valueOf(name), port));
    }
    return List.copyOf(endpoints);
  }

  private static Map<String, String> parameters(@Nullable String query) throws CacheFailed {
    Map<String, String> parameters = new HashMap<>();
    for (String each : query == null ? new String[0] : query.split("&", -1)) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        parameters.put(each.substring(0, equals), decoded(each.substring(equals + 1)));
      }
    }
    for (String name : parameters.keySet()) {
      if (name.startsWith("ssl_") && !Set.of("ssl_ca_certs", "ssl_cert_reqs").contains(name)) {
        throw wrong("has " + name + ", which is not known; ssl_ca_certs and ssl_cert_reqs are");
      }
    }
    return parameters;
  }

  private static boolean verified(Map<String, String> parameters) throws CacheFailed {
    String verification = parameters.getOrDefault("ssl_cert_reqs", "required");
    return switch (verification) {
      case "required" -> true;
      case "none" -> false;
      default -> throw wrong("has ssl_cert_reqs=" + verification + ": it is required or none");
    };
  }

  private static int database(String value) throws CacheFailed {
    int database = value.isEmpty() ? 0 : number(value);
    if (database < 0) {
      throw wrong("has no number of a database after its host: '" + value + "'");
    }
    return database;
  }

  /** -1: it is none. */
  private static int number(String digits) {
    return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : -1;
  }

  private static String decoded(String text) throws CacheFailed {
    try {
      // To a URL's user and password a + is a +, unlike to a form's fields.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      // The cause would quote the password.
      throw wrong("has a % that begins no escape: write it as %25");
    }
  }

  private static CacheFailed wrong(String what) {
    return new CacheFailed(CacheFailed.Reason.ADDRESS, "REDIS_URL " + what);
  }

  boolean tls() {
    return scheme.startsWith("rediss");
  }

  /** Whether it says so itself; a cluster is known as one without it. */
  boolean cluster() {
    return scheme.endsWith("+cluster") || endpoints.size() > 1;
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  @Nullable String user() {
    return user;
  }

  @Nullable String password() {
    return password;
  }

  int database() {
    return database;
  }

  /** PEM; null: those that the JVM trusts. */
  @Nullable Path certificates() {
    return certificates;
  }

  /** Whether the server's certificate and name are looked at. */
  boolean verified() {
    return verified;
  }

  @Override
  public String toString() {
    String hosts = endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(","));
    return scheme + "://" + hosts + (database == 0 ? "" : "/" + database);
  }
}
