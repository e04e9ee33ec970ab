package org.pgdeeplake.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of the scaler. */
final class ScalerReader {
  private static final int MOST_INSTANCES = 1000;
  private static final int MOST_SESSIONS = 1_000_000;
  private static final String MAX = "max-instances";

  private final TlsReader tls;
  private final Listeners listeners;

  ScalerReader(TlsReader tls, Listeners listeners) {
    this.tls = tls;
    this.listeners = listeners;
  }

  /** Null where it is off; what is wrong in it counts all the same. */
  @Nullable ScalerConfig read(Section section, List<BackendConfig> backends) {
    boolean enabled = section.flag("enabled");
    ScalerConfig scaler =
        new ScalerConfig(
            section.address(FrontendReader.BIND, 0, "0.0.0.0:6000"),
            section.number("sessions-per-instance", 1, MOST_SESSIONS),
            section.number("min-instances", 0, MOST_INSTANCES),
            section.number(MAX, 0, MOST_INSTANCES),
            section.duration("scale-in-after"),
            tls.scaler(section.section("tls")));
    section.refuseOtherKeys();
    if (scaler.maxInstances() != 0
        && scaler.maxInstances() < scaler.minInstances()
        && section.good(MAX)) {
      section.problem(
          MAX,
          "%d is less than min-instances, %d; write at least that, or 0 for the number of servers"
              .formatted(scaler.maxInstances(), scaler.minInstances()));
    }
    if (!enabled) {
      return null;
    }
    if (scaler.maxInstances() == 0 && section.good(MAX)) {
      backends.stream()
          .filter(backend -> backend.discovery().followed() != null)
          .findFirst()
          .ifPresent(backend ->
              section.problem(
                  MAX,
                  "0 is the number of servers, and those of backend %s are the addresses that its name has at the moment; write how many there may be"
                      .formatted(backend.name())));
    }
    listeners.add("scaler", section, scaler.bind());
    return scaler;
  }
}
