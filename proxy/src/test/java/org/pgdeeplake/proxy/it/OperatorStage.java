package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.RawClient;

/** Who gives the orders, and what those are told whom they end. */
abstract class OperatorStage extends TwoPostgresStage {
  static final Caller CALLER = new Caller("test", "ops", null);

  static void assertEndedWith(String state, String message, RawClient client) throws IOException {
    assertThat(Objects.requireNonNull(client.read()).fields())
        .containsEntry('S', "FATAL")
        .containsEntry('C', state)
        .containsEntry('M', message);
    assertThat(client.read()).isNull();
  }
}
