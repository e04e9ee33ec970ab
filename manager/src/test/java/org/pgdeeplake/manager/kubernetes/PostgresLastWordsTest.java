package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The reason is told only where the client takes it for a message, however the bytes were cut. */
class PostgresLastWordsTest {
  private static final byte[] NOTHING = {};
  private final PostgresLastWords words = new PostgresLastWords();

  private static byte[] message(char type, int body) {
    return ByteBuffer.allocate(5 + body).put((byte) type).putInt(4 + body).array();
  }

  private void passed(byte[] bytes, int from, int to) {
    words.passed(ByteBuffer.wrap(bytes, from, to - from));
  }

  @Test
  void beforeTheFirstByteAndAfterTheRefusalOfTls() {
    assertThat(words.of("why")).isNotEmpty();
    passed(new byte[] {'N'}, 0, 1);
    String error = new String(words.of("why"), StandardCharsets.UTF_8);
    assertThat(error).startsWith("E").contains("SFATAL\0", "C08006\0", "Mwhy\0\0");
    assertThat(ByteBuffer.wrap(words.of("why")).getInt(1)).isEqualTo(error.length() - 1);
  }

  @Test
  void betweenMessagesOnlyWhateverTheCut() {
    byte[] row = message('D', 7);
    for (int cut = 2; cut < row.length; cut++) {
      PostgresLastWordsTest test = new PostgresLastWordsTest();
      test.passed(message('T', 0), 0, 5);
      test.passed(row, 0, cut);
      assertThat(test.words.of("why")).as("cut at " + cut).isEqualTo(NOTHING);
      test.passed(row, cut, row.length);
      assertThat(test.words.of("why")).isNotEmpty();
    }
  }

  @Test
  void neverUnderTls() {
    passed(new byte[] {'S'}, 0, 1);
    assertThat(words.of("why")).isEqualTo(NOTHING);
  }
}
