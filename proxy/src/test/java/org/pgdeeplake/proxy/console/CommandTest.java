// A command that can do nothing says so, and does nothing.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.console.ExtendedMessages.bare;
import static org.pgdeeplake.proxy.console.ExtendedMessages.bind;
import static org.pgdeeplake.proxy.console.ExtendedMessages.execute;
import static org.pgdeeplake.proxy.console.ExtendedMessages.parse;
import static org.pgdeeplake.proxy.console.TestConsole.types;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

class CommandTest extends ConsoleStage {
  @Test
  void anEmptyNameIsNoBackend() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      for (String command : List.of("PAUSE ''", "PAUSE \"\"", "RESUME ''", "RESUME $$$$")) {
        client.send(RawClient.query(command));
        RawClient.Message answer = client.readUntil('Z').getFirst();
        assertThat(answer.fields())
            .containsEntry('C', "42704")
            .containsEntry('M', "there is no backend \"\"");
      }
      client.send(parse("", "PAUSE $1"), bind("", "", 0, new byte[0]), execute("", 0), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("12EZ");
      assertThat(proxy.backend().administration().paused()).isFalse();
      client.send(RawClient.query("PAUSE"));
      client.readUntil('Z');
      assertThat(proxy.backend().administration().paused()).isTrue();
    }
  }

  @Test
  void aWakeWithoutALingerSaysThatItIsNothing() throws IOException {
    try (TestProxy unlingering = TestProxy.to().proxy("demand.linger = 0s").start();
        TestConsole its = new TestConsole(unlingering.operations(), TestConsole.PATIENT);
        RawClient client = its.login()) {
      client.send(RawClient.query("WAKE"));
      RawClient.Message notice = client.readUntil('Z').getFirst();
      assertThat(notice.type()).isEqualTo('N');
      assertThat(notice.fields()).containsEntry('M', "it counts for nothing: demand.linger is 0");
      assertThat(unlingering.demand().demand()).isZero();
    }
  }
}
