// An operator is named where his doing keeps clients from a server, and only there.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

class RefusalsTest {
  private final Scene scene = new Scene();

  @AfterEach
  void close() {
    scene.close();
  }

  @ParameterizedTest(name = "{0} (up: {1}) and {2} (up: {3}): {4}")
  @CsvSource({
    "READY, false, READY, false, ''",
    "MAINT, false, READY, false, ''",
    "DRAIN, false, READY, false, ''",
    "DRAIN, true,  READY, false, put 1 of 2",
    "DRAIN, false, MAINT, false, put 2 of 2",
    "MAINT, false, READY, true,  ''"
  })
  void withheld(
      AdministrativeState one, boolean oneUp, AdministrativeState two, boolean twoUp, String said) {
    bring(1, one, oneUp);
    bring(2, two, twoUp);
    ErrorResponse otherwise = Refusals.asleep();
    ErrorResponse heard = Refusals.toProbe(scene.backend, otherwise);
    assertThat(heard.sqlState()).isEqualTo("57P03");
    if (said.isEmpty()) {
      assertThat(heard).isSameAs(otherwise);
    } else {
      assertThat(heard.detail()).contains(said);
      assertThat(heard.hint()).doesNotContain("start one");
    }
  }

  private void bring(int server, AdministrativeState state, boolean up) {
    if (up) {
      scene.up(server);
    }
    scene.backend.administration().administer(scene.server(server), state);
  }

  @Test
  void paused() {
    scene.backend.administration().pause();
    assertThat(Refusals.toProbe(scene.backend, Refusals.asleep()).detail())
        .isEqualTo("Backend \"pg_backends\" is paused by an operator.");
  }
}
