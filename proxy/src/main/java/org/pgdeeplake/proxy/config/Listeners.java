package org.pgdeeplake.proxy.config;

import java.util.ArrayList;
import java.util.List;

/** Every address of the file that somebody listens on: no two may be the same. */
final class Listeners {
  private record Listener(String who, HostPort bind, Place place) {}

  private final List<Listener> listeners = new ArrayList<>();

  /** Only what must fail is refused here; a name may still turn out to be the same address. */
  void add(String who, Section section, HostPort bind) {
    if (!section.good(FrontendReader.BIND) || bind.port() == 0) {
      return;
    }
    for (Listener other : listeners) {
      if (collide(other.bind(), bind)) {
        section.problem(
            FrontendReader.BIND,
            bind
                + " is taken by "
                + other.who()
                + " ("
                + other.bind()
                + ", "
                + other.place()
                + "); write another port");
        break;
      }
    }
    listeners.add(new Listener(who, bind, section.where(FrontendReader.BIND).place()));
  }

  private static boolean collide(HostPort a, HostPort b) {
    return a.port() == b.port()
        && (a.host().equalsIgnoreCase(b.host())
            || covers(a.host(), b.host())
            || covers(b.host(), a.host()));
  }

  private static boolean covers(String wildcard, String host) {
    // A socket bound to :: takes IPv4 too.
    return wildcard.equals("::") || (wildcard.equals("0.0.0.0") && Address.isIpv4(host));
  }
}
