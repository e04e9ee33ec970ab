package org.pgdeeplake.proxy.config;

import java.net.Inet6Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code host:port}; nothing is resolved. */
final class Address {
  private static final String FORM = "; write host:port, such as 0.0.0.0:5432 or [::1]:5432";
  private static final Pattern IPV6 = Pattern.compile("\\[([^\\]]*)\\](?::(.*))?");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private Address() {}

  /**
   * @param minPort 0 where the system may choose, else 1
   */
  static HostPort parse(String text, int minPort) throws BadValue {
    String shown = Value.quoted(text);
    Matcher ipv6 = IPV6.matcher(text);
    if (ipv6.matches()) {
      if (!isIpv6(ipv6.group(1))) {
        throw new BadValue(shown + " has no IPv6 address in its brackets" + FORM);
      }
      return new HostPort(ipv6.group(1), port(shown, ipv6.group(2), minPort));
    }
    if (isIpv6(text)) {
      throw new BadValue(shown + " is an IPv6 address without brackets and port" + FORM);
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new BadValue(shown + " has no port" + FORM);
    }
    String host = text.substring(0, colon);
    if (host.isEmpty() || host.equals("*")) {
      throw new BadValue(shown + " has no host" + FORM);
    }
    boolean address = DIGITS_AND_DOTS.matcher(host).matches();
    if (!(address ? IPV4 : NAME).matcher(host).matches()) {
      throw new BadValue(shown + " has no valid host name or address" + FORM);
    }
    return new HostPort(host, port(shown, text.substring(colon + 1), minPort));
  }

  private static int port(String shown, @Nullable String text, int min) throws BadValue {
    if (text == null || text.isEmpty()) {
      throw new BadValue(shown + " has no port" + FORM);
    }
    int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (port < min || port > 65535) {
      throw new BadValue(shown + ": the port must be a whole number from " + min + " to 65535");
    }
    return port;
  }

  static boolean isIpv4(String host) {
    return IPV4.matcher(host).matches();
  }

  private static boolean isIpv6(String text) {
    int zone = text.indexOf('%');
    try {
      // The zone is left out: whether such an interface exists is for the bind to say.
      Inet6Address.ofLiteral(zone < 0 ? text : text.substring(0, zone));
      return text.indexOf(':') >= 0;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
