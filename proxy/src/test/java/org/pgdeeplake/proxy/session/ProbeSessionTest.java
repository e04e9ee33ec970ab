// A probe (PROXY protocol LOCAL, pg_isready) is served by a server that takes it at once; else it
// is told so. It never waits and is never demand.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class ProbeSessionTest {
  private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};

  enum Probe {
    PG_ISREADY,
    PROXY_LOCAL;

    Edge edge() {
      return this == PG_ISREADY ? Edge.PLAIN : Edge.PROXY_HEADER;
    }

    Session connect(Stage stage) throws IOException {
      Socket client = stage.client();
      Session session = stage.session();
      if (this == PROXY_LOCAL) {
        client.getOutputStream().write(LOCAL);
      }
      client.getOutputStream().write(startup());
      return session;
    }

    byte[] startup() {
      return this == PG_ISREADY
          ? StartupBytes.startupMessage(0, "user", "u", "application_name", "pg_isready")
          : StartupBytes.startupMessage(0, "user", "u");
    }

    NoWake counted() {
      return NoWake.valueOf(name());
    }
  }

  private static Stage stage(Probe probe, AtomicInteger changes) throws Exception {
    Stage stage = new Stage(TransportChoice.NIO, probe.edge(), 50);
    stage.demand.onChange(changes::incrementAndGet);
    return stage;
  }

  private static void assertRefused(Stage stage, Probe probe, Session session, Socket client)
      throws IOException {
    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .contains("57P03", "does not start one");
    stage.awaitState(session, "Closed:NOT_WOKEN");
    assertThat(stage.demand.noWakeTotal(probe.counted())).isOne();
    assertThat(stage.backend.sessions()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whereTheServerIsGoneSinceItsLastCheck(Probe probe) throws Exception {
    AtomicInteger changes = new AtomicInteger();
    try (Stage stage = stage(probe, changes)) {
      stage.serverIsUp();
      stage.server.goes();
      Session session = probe.connect(stage);
      assertRefused(stage, probe, session, stage.lastClient());
      assertThat(changes).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereTheServerIsNotReady(Probe probe) throws Exception {
    AtomicInteger changes = new AtomicInteger();
    try (Stage stage = stage(probe, changes)) {
      stage.serverIsUp();
      Session session = probe.connect(stage);
      Socket server = stage.server.accept();
      server.getInputStream().readNBytes(probe.startup().length);
      server.getOutputStream().write(ErrorResponse.fatal("57P03", "starting").encode());
      assertRefused(stage, probe, session, stage.lastClient());
      assertThat(changes).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereAnOperatorHasTakenTheServersAway(Probe probe) throws Exception {
    try (Stage stage = stage(probe, new AtomicInteger())) {
      stage.serverIsUp();
      stage.administer(AdministrativeState.DRAIN);
      Session session = probe.connect(stage);
      assertThat(
              new String(
                  stage.lastClient().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("57P03", "an operator has put 1 of 1")
          .doesNotContain("start one");
      stage.awaitState(session, "Closed:NOT_WOKEN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereNoSlotIsFree(Probe probe) throws Exception {
    AtomicInteger changes = new AtomicInteger();
    try (Stage stage = stage(probe, changes)) {
      stage.serverIsUp();
      stage.takeAllSlots();
      Session session = probe.connect(stage);
      assertThat(stage.lastClient().getInputStream().readAllBytes()).isNotEmpty();
      stage.awaitState(session, "Closed:NOT_WOKEN");
      assertThat(changes).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatIsUpTakesItAndItIsNoDemand(Probe probe) throws Exception {
    AtomicInteger changes = new AtomicInteger();
    try (Stage stage = stage(probe, changes)) {
      stage.serverIsUp();
      Session session = probe.connect(stage);
      Socket server = stage.server.accept();
      server.getInputStream().readNBytes(probe.startup().length);
      server.getOutputStream().write(AUTH_OK);
      assertThat(stage.lastClient().getInputStream().readNBytes(AUTH_OK.length)).isEqualTo(AUTH_OK);
      stage.awaitState(session, "Relaying");
      assertThat(stage.demand.snapshot().demand()).isZero();
      assertThat(stage.backend.traffic().sessionsTotal()).isOne();
      stage.lastClient().close();
      server.close();
      stage.awaitState(session, "Closed:NORMAL");
      assertThat(stage.demand.noWakeTotal(probe.counted())).isOne();
      assertThat(changes).hasValue(0);
    }
  }
}
