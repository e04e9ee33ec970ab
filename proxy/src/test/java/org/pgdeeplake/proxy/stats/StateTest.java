package org.pgdeeplake.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.config.AdminConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LogConfig;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.ShutdownConfig;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionSnapshot;

// One look at the headline tells what is wrong, and nothing else is loud.
class StateTest {
  private final Scene scene = new Scene();
  private final Scene other = new Scene("other");
  private final List<SessionSnapshot> sessions = new ArrayList<>();
  private boolean ready = true;

  @AfterEach
  void stop() {
    scene.close();
    other.close();
  }

  private State state(Scene... scenes) {
    ProxyConfig config =
        new ProxyConfig(
            1,
            ProxyConfig.TransportChoice.AUTO,
            java.time.Duration.ZERO,
            List.of(),
            List.of(),
            scene.demand.config(),
            null,
            PeersConfig.OFF,
            new AdminConfig(new HostPort("127.0.0.1", 0), null),
            null,
            new LogConfig(LogConfig.Level.INFO, LogConfig.Format.TEXT, true),
            new ShutdownConfig(java.time.Duration.ZERO, java.time.Duration.ZERO));
    return State.of(
        new View(
            Instant.now(),
            java.time.Duration.ZERO,
            ready,
            new Topology(config, List.of(), List.of(scenes).stream().map(s -> s.backend).toList()),
            scene.demand.snapshot(),
            0,
            sessions,
            new History()));
  }

  private void waiter(String backend, double seconds) {
    sessions.add(
        new SessionSnapshot(
            sessions.size() + 1,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711),
            "pg_frontend",
            backend,
            null,
            "u",
            "d",
            "a",
            "Queued",
            "",
            false,
            Instant.now(),
            seconds,
            seconds,
            0,
            0));
  }

  @Test
  void allIsWell() {
    scene.up(1);
    scene.up(2);
    scene.enter();
    assertThat(state(scene))
        .isEqualTo(
            new State(
                State.Tone.GOOD, "Serving", "2 of 2 servers are up, 1 session, nobody waits"));
  }

  @Test
  void asleepIsCalmUntilSomebodyWaits() {
    scene.checked(1, Status.L4CON, "");
    assertThat(state(scene))
        .isEqualTo(new State(State.Tone.CALM, "Asleep", "no server is up, nobody waits"));
    for (int i = 0; i < 3; i++) {
      scene.enter();
      waiter("pg_backends", 12 - i);
    }
    assertThat(state(scene))
        .isEqualTo(
            new State(
                State.Tone.WARN,
                "Asleep",
                "no server is up, 3 clients wait, the oldest 12 s of at most 2 min"));
    waiter("pg_backends", 31);
    assertThat(state(scene).tone()).isEqualTo(State.Tone.BAD);
  }

  @Test
  void whoIsMissingIsCounted() {
    scene.up(1);
    scene.backend.administration().administer(scene.server(2), AdministrativeState.DRAIN);
    assertThat(state(scene))
        .isEqualTo(
            new State(
                State.Tone.NOTICE,
                "Serving",
                "1 of 2 servers is up (1 drained), 0 sessions, nobody waits"));
    scene.backend.administration().administer(scene.server(2), AdministrativeState.MAINT);
    scene.checked(1, Status.L4CON, "");
    scene.checked(1, Status.L4CON, "");
    assertThat(state(scene).sentence()).isEqualTo("no server is up, nobody waits");
    scene.backend.administration().administer(scene.server(1), AdministrativeState.MAINT);
    assertThat(state(scene))
        .isEqualTo(
            new State(
                State.Tone.WARN,
                "Out of service",
                "every server is drained or in maintenance, nobody waits"));
  }

  @Test
  void pausedIsSaid() {
    scene.up(1);
    scene.backend.administration().pause();
    scene.enter();
    waiter("pg_backends", 2);
    assertThat(state(scene))
        .isEqualTo(
            new State(
                State.Tone.WARN,
                "Paused",
                "new sessions are held back; 1 client waits, the oldest 2 s of at most 2 min"));
  }

  @Test
  void theWorstBackendMakesTheHeadline() {
    scene.up(1);
    scene.up(2);
    other.checked(1, Status.L4CON, "");
    other.enter();
    waiter("other", 5);
    assertThat(state(scene, other))
        .isEqualTo(
            new State(
                State.Tone.WARN,
                "Asleep",
                "backend other: no server is up, 1 client waits, the oldest 5 s of at most 2 min"));
  }

  @Test
  void notReadyComesFirst() {
    ready = false;
    assertThat(state(scene).word()).isEqualTo("Not ready");
  }
}
