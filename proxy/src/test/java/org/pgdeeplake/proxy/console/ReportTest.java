// Nothing that a client or a server says moves a DBA's cursor or turns his text around.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.operation.Caller;

class ReportTest {
  @ParameterizedTest
  @CsvSource({
    "a\u001b[2J, a?[2J",
    "a\u009b2J, a?2J", // C1: CSI in one character
    "a\u202eb, a?b",
    "'a\nb\tc', a?b?c",
    "a\u007fb, a?b",
    "plain pässword, plain pässword"
  })
  void controlCharactersDoNotShow(String text, String shown) throws Exception {
    Command.Work show =
        new Report.Shape<String>()
            .text("text", one -> one)
            .of("TEXT", "", () -> List.of(text))
            .command(Duration.ofSeconds(1));
    Answer answer =
        show.task()
            .run(new Command.Invocation(new Caller("test", "", null), GlobalEventExecutor.INSTANCE))
            .get(10, TimeUnit.SECONDS);
    assertThat(answer.rows()).containsExactly(Answer.row(shown));
  }
}
