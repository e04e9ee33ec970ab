// Text is cut into statements and tokens as PostgreSQL does, so that nothing quoted ends one.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LexerTest {
  /** Words as they are, quoted ones in &lt;&gt;, statements parted by a bar. */
  private static String cut(String text) throws ConsoleException {
    return Lexer.statements(text).stream()
        .map(statement ->
            statement.stream()
                .map(token ->
                    token.kind() == Token.Kind.QUOTED ? "<" + token.text() + ">" : token.brief())
                .collect(Collectors.joining(" ")))
        .collect(Collectors.joining(" | "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "show version!show version",
        "show version;!show version",
        ";; show version ;; pause ;!show version | pause",
        "DRAIN pg_backends/pg-deeplake-1!DRAIN pg_backends/pg-deeplake-1",
        "drain \"a;b\" -- end;!drain <a;b>",
        "drain 'it''s' /* a /* b */ ; */ wait 60!drain <it's> wait 60",
        "drain E'it\\'s;'!drain <it's;>",
        "drain $$a;b$$!drain <a;b>",
        "drain $t$a;$$b$t$!drain <a;$$b>",
        "drain $1 wait $2!drain $1 wait $2",
        "show/*x*/version--y!show version",
        "kill_client 12!kill_client 12",
        "set a = 'b'!set a = <b>",
        "a.b:c-d!a.b:c-d"
      })
  void cuts(String text, String expected) throws ConsoleException {
    assertThat(cut(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\t", ";", "-- nothing", "/* nothing */ ; "})
  void nothing(String text) throws ConsoleException {
    assertThat(Lexer.statements(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain 'a", "drain \"a", "/* a", "/* a /* b */", "drain $x$a$$"})
  void unterminated(String text) {
    assertThatThrownBy(() -> Lexer.statements(text))
        .isInstanceOf(ConsoleException.class)
        .hasMessageStartingWith("unterminated");
  }

  @Test
  void everyCharacterIsSomething() throws ConsoleException {
    StringBuilder all = new StringBuilder();
    for (char c = 1; c < 0x250; c++) {
      if ("'\"".indexOf(c) < 0) {
        all.append(c).append(' ');
      }
    }
    List<List<Token>> statements = Lexer.statements(all.toString());
    assertThat(statements).hasSize(2);
  }
}
