package org.pgdeeplake.proxy.tls;

import java.util.List;

/** TLS versions that are spoken. */
final class Versions {
  private static final List<String> ALL = List.of("TLSv1.3", "TLSv1.2");

  private Versions() {}

  /**
   * @param oldest TLSv1.2 or TLSv1.3
   */
  static List<String> from(String oldest) {
    return ALL.subList(0, ALL.indexOf(oldest) + 1);
  }
}
