package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.gauge;
import static org.pgdeeplake.proxy.metrics.Family.states;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.BackendServer;

/** What starts and what operators have asked for; prefix {@code pgproxy_}. */
final class OperationFamilies {
  private static final List<String> WANTED =
      Arrays.stream(AdministrativeState.values()).map(AdministrativeState::word).toList();

  private OperationFamilies() {}

  static List<Family<Backend>> backend() {
    return List.of(
        gauge(
            "wake_in_progress",
            "1 while somebody waits for the first server",
            b -> b.waking() ? 1 : 0),
        gauge(
            "paused", "1 while no waiter gets a server", b -> b.administration().paused() ? 1 : 0),
        gauge(
            "queue_limit_seconds",
            "How long a session may wait: timeouts.queue",
            b -> b.config().timeouts().queue().toNanos() / 1e9));
  }

  static List<Family<BackendServer>> server() {
    return List.of(
        states(
            "server_administrative_state",
            "What an operator wants of a server",
            s -> States.oneOf(WANTED, s.server().administrative().word())),
        gauge(
            "server_spare",
            "1 while it takes new sessions only if no other is active: fewer would do",
            s -> s.server().spare() ? 1 : 0));
  }

  static List<Family<LongSupplier>> failedLogins() {
    return List.of(
        Family.counter(
            "admin_logins_failed_total",
            "Wrong passwords at the admin port",
            logins -> logins.getAsLong()));
  }
}
