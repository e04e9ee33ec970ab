package org.pgdeeplake.manager.demand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only a line that says so is a demand of 0. */
class DemandTest {

  @Test
  void readsTheProxysLineAndIgnoresWhatItDoesNotKnow() throws IOException {
    assertThat(
            Demand.parse(
                """
                {"demand":3,"waiting":2,"lingering":0,"busy":1,"inTransaction":0,"idle":4,\
                "opaque":0,"oldestWaiterSeconds":1.234,"serversUp":0,"noWake":{"pg_isready":2},\
                "backends":{"pg_backends":{"waiting":2}}}\
                """))
        .isEqualTo(new Demand(3, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "0",
        "{}",
        "{\"waiting\":0}",
        "{\"demand\":0}",
        "{\"demand\":null,\"waiting\":0}",
        "{\"demand\":\"0\",\"waiting\":0}",
        "{\"demand\":-1,\"waiting\":0}",
        "{\"demand\":0,\"waiting\":"
      })
  void refusesEverythingElse(String line) {
    assertThatThrownBy(() -> Demand.parse(line)).isInstanceOf(IOException.class);
  }
}
