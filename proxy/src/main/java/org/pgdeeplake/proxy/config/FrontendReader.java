package org.pgdeeplake.proxy.config;

import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.FrontendConfig.Timeouts;

/** The keys of a frontend. */
final class FrontendReader {
  static final String BIND = "bind";
  static final String DEFAULT_BACKEND = "default-backend";

  /** More cannot be told apart by a clock of nanoseconds, nor come. */
  private static final int MAX_RATE = 1_000_000;

  private FrontendReader() {}

  static FrontendConfig read(String name, Section section, TlsReader tls) {
    FrontendConfig frontend =
        new FrontendConfig(
            name,
            section.address(BIND, 0, "0.0.0.0:5432"),
            section.text(DEFAULT_BACKEND, "pg_backends"),
            section.choice("mode", Mode.class),
            section.number("max-connections", 1, Integer.MAX_VALUE),
            section.number("max-connections-per-client", 0, Integer.MAX_VALUE),
            section.number("max-connection-rate-per-client", 0, MAX_RATE),
            section.texts("accept-proxy-protocol", "networks", Network::parse),
            tls.frontend(section.section("tls")),
            timeouts(section.section("timeouts")));
    section.refuseOtherKeys();
    return frontend;
  }

  private static Timeouts timeouts(Section section) {
    Timeouts timeouts =
        new Timeouts(
            section.duration("startup"),
            section.duration("tls-handshake"),
            section.duration("client"),
            section.durationOrZero("idle-session"));
    section.refuseOtherKeys();
    return timeouts;
  }
}
