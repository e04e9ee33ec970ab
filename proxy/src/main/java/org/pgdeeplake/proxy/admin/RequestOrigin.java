package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which page made a browser send a request. A browser adds the credentials that it knows to
 * whatever any page makes it send, but it also tells which page that was (RFC 6454; Fetch Metadata
 * Request Headers), which no page can change. A name that an attacker points at this address (DNS
 * rebinding) is an origin for which the browser knows no credentials.
 */
final class RequestOrigin {
  private static final String SEC_FETCH_SITE = "sec-fetch-site";

  private RequestOrigin() {}

  /** Whether a page of another origin is behind it, by any of what browsers tell. */
  static boolean foreign(HttpHeaders headers) {
    List<String> sites = headers.getAll(SEC_FETCH_SITE);
    String host = host(headers);
    return !sites.stream().allMatch("same-origin"::equals)
        || headers.getAll(HttpHeaderNames.ORIGIN).stream().anyMatch(o -> !same(o, host))
        || headers.getAll(HttpHeaderNames.REFERER).stream().anyMatch(r -> !same(r, host));
  }

  /** Whether a page of any origin is behind it; scripts and curl send none of these. */
  static boolean fromPage(HttpHeaders headers) {
    return headers.contains(SEC_FETCH_SITE)
        || headers.contains(HttpHeaderNames.ORIGIN)
        || headers.contains(HttpHeaderNames.REFERER);
  }

  private static @Nullable String host(HttpHeaders headers) {
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    return hosts.size() == 1 ? hosts.getFirst().toLowerCase(Locale.ROOT) : null;
  }

  /** The scheme is not compared: whoever speaks TLS in front of this port knows it alone. */
  private static boolean same(String url, @Nullable String host) {
    try {
      URI uri = new URI(url);
      String authority = uri.getRawAuthority();
      String scheme = uri.getScheme();
      return host != null
          && authority != null
          && scheme != null
          && withoutPort(authority.toLowerCase(Locale.ROOT), scheme)
              .equals(withoutPort(host, scheme));
    } catch (URISyntaxException e) {
      return false; // "null" among others: a page that hides where it comes from
    }
  }

  private static String withoutPort(String authority, String scheme) {
    String usual = scheme.equals("https") ? ":443" : ":80";
    return authority.endsWith(usual)
        ? authority.substring(0, authority.length() - usual.length())
        : authority;
  }
}
