package org.pgdeeplake.proxy.config;

import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.FrontendConfig.Timeouts;
import org.pgdeeplake.proxy.config.FrontendConfig.TlsMode;

/** The keys of a frontend. */
final class FrontendReader {
  static final String BIND = "bind";
  static final String DEFAULT_BACKEND = "default-backend";

  private FrontendReader() {}

  static FrontendConfig read(String name, Section section) {
    FrontendConfig frontend =
        new FrontendConfig(
            name,
            section.address(BIND, 0, "0.0.0.0:5432"),
            section.text(DEFAULT_BACKEND, "pg_backends"),
            section.choice("mode", Mode.class),
            section.number("max-connections", 1, Integer.MAX_VALUE),
            section.number("max-connections-per-client", 0, Integer.MAX_VALUE),
            tls(section.section("tls")),
            timeouts(section.section("timeouts")));
    section.refuseOtherKeys();
    return frontend;
  }

  private static TlsMode tls(Section section) {
    TlsMode mode = section.choice("mode", TlsMode.class);
    section.refuseOtherKeys();
    return mode;
  }

  private static Timeouts timeouts(Section section) {
    Timeouts timeouts =
        new Timeouts(
            section.duration("startup"),
            section.duration("client"),
            section.durationOrZero("idle-session"));
    section.refuseOtherKeys();
    return timeouts;
  }
}
