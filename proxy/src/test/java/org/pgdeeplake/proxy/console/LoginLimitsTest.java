// Who has not logged in has little time and few places, and keeps nobody out who wants to cancel.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.console.TestConsole.fatal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;

class LoginLimitsTest extends ConsoleStage {
  @Test
  void aSlowLoginEnds() throws IOException {
    start(TestConsole.QUICK);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    try (RawClient silent = open();
        RawClient half = open();
        RawClient unproved = open()) {
      half.send(java.util.Arrays.copyOf(startup, 9));
      unproved.send(startup);
      unproved.readUntil('R');
      for (RawClient client : List.of(silent, half, unproved)) {
        assertThat(fatal(client)).startsWith("08P01 no login within");
      }
    }
  }

  @Test
  void connectionsHaveALimit() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient first = login();
        RawClient second = login()) {
      try (RawClient third = open()) {
        third.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
        ConsoleLogin.authenticate(third, "secret");
        assertThat(fatal(third)).isEqualTo("53300 too many connections to the console");
      }
      assertThat(first.value("SELECT 1")).isEqualTo("1");
      second.send(RawClient.terminate());
      assertThat(second.read()).isNull();
    }
  }

  @Test
  void strangersOfOneAddressHaveALimit() throws IOException {
    start(TestConsole.PATIENT);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    try (RawClient first = login();
        RawClient one = open();
        RawClient two = open();
        RawClient three = open();
        RawClient four = open()) {
      four.send(RawClient.sslRequest());
      assertThat(four.readByte()).isEqualTo('N');
      four.send(startup);
      assertThat(fatal(four)).isEqualTo("53300 too many connections to the console");
      assertThat(first.value("SELECT 1")).isEqualTo("1");
      one.shutdownOutput();
      await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> login().close());
      two.send(startup);
      two.readUntil('R');
      three.send(startup);
      three.readUntil('R');
    }
  }

  @Test
  void aFullConsoleIsStillToldToCancel() throws Exception {
    CompletableFuture<ReloadResult> never = new CompletableFuture<>();
    start(TestConsole.reloading(proxy, never), TestConsole.PATIENT);
    List<RawClient> silent = new ArrayList<>();
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      byte[] key =
          client.readUntil('Z').stream()
              .filter(m -> m.type() == 'K')
              .findFirst()
              .orElseThrow()
              .body();
      client.send(RawClient.query("RELOAD"));
      for (int i = 0; i < 3 * TestConsole.PATIENT.connections(); i++) {
        silent.add(open());
      }
      try (RawClient cancel = open()) {
        cancel.send(RawClient.cancelRequest(key));
        assertThat(cancel.readByte()).isEqualTo(-1);
      }
      assertThat(client.readUntil('Z').getFirst().fields())
          .containsEntry('C', "57014")
          .containsEntry(
              'M',
              "canceling statement due to user request; the reload goes on: its result will be in"
                  + " the log of the proxy, and in SHOW CONFIG");
      // The oldest of those for whom there was no place.
      assertThat(fatal(silent.get(3))).isEqualTo("53300 too many connections to the console");
    }
    silent.forEach(RawClient::close);
  }
}
