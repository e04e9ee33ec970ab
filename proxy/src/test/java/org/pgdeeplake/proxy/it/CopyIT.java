package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

// Rule: a gigabyte passes unchanged in either direction, and is not gathered on the way.
@Tag("long")
class CopyIT extends PostgresStage {
  /** Lines of 1024 bytes: a number, a tab, the number again filled up with x. */
  private static final int LINES = 1 << 20;

  private static final int LINE_BYTES = 1024;
  private static final int NUMBER_BYTES = 7;
  private static final int FILLED_BYTES = LINE_BYTES - NUMBER_BYTES - 2;
  private static final int FIRST = 1_000_000;

  @Test
  void out() throws SQLException, IOException {
    CRC32C expected = new CRC32C();
    byte[] block = new byte[LINE_BYTES];
    try (Lines lines = new Lines()) {
      while (lines.read(block) > 0) {
        expected.update(block);
      }
    }
    try (TestProxy proxy = TestProxy.to(postgres).start();
        Connection connection = proxy.connect()) {
      Checksum received = new Checksum();
      long rows =
          copy(connection)
              .copyOut(
                  "copy (select i, rpad(i::text, %d, 'x') from generate_series(%d, %d) i) to stdout"
                      .formatted(FILLED_BYTES, FIRST, FIRST + LINES - 1),
                  received);
      assertThat(rows).isEqualTo(LINES);
      assertThat(received.bytes).isEqualTo(1L << 30);
      assertThat(received.crc.getValue()).isEqualTo(expected.getValue());
      assertThat(proxy.backend().traffic().bytesOutTotal()).isGreaterThan(1L << 30);
    }
  }

  /**
   * The server looks at every line as it comes, and at their order, and keeps only those that are
   * not as they should be.
   */
  @Test
  void in() throws SQLException, IOException {
    try (TestProxy proxy = TestProxy.to(postgres).start();
        Connection connection = proxy.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create temporary table wrong (i int, line text)");
      statement.execute("create temporary sequence seen minvalue " + FIRST);
      long kept =
          copy(connection)
              .copyIn(
                  "copy wrong from stdin where nextval('seen') <> i or line <> rpad(i::text, %d, 'x')"
                      .formatted(FILLED_BYTES),
                  new Lines(),
                  1 << 18);
      assertThat(kept).isZero();
      try (ResultSet rows = statement.executeQuery("select currval('seen')")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(FIRST + LINES - 1);
      }
      assertThat(proxy.backend().traffic().bytesInTotal()).isGreaterThan(1L << 30);
    }
  }

  private static CopyManager copy(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private static final class Checksum extends OutputStream {
    private final CRC32C crc = new CRC32C();
    private long bytes;

    @Override
    public void write(int b) {
      crc.update(b);
      bytes++;
    }

    @Override
    public void write(byte[] data, int from, int length) {
      crc.update(data, from, length);
      bytes += length;
    }
  }

  /** All lines, made as they are read; a read never goes beyond a line. */
  private static final class Lines extends InputStream {
    private final byte[] line = new byte[LINE_BYTES];
    private int next;
    private int at = LINE_BYTES;

    Lines() {
      Arrays.fill(line, (byte) 'x');
      line[NUMBER_BYTES] = '\t';
      line[LINE_BYTES - 1] = '\n';
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (at == LINE_BYTES) {
        if (next == LINES) {
          return -1;
        }
        byte[] number = String.valueOf(FIRST + next).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(number, 0, line, 0, NUMBER_BYTES);
        System.arraycopy(number, 0, line, NUMBER_BYTES + 1, NUMBER_BYTES);
        next++;
        at = 0;
      }
      int read = Math.min(length, LINE_BYTES - at);
      System.arraycopy(line, at, into, from, read);
      at += read;
      return read;
    }
  }
}
