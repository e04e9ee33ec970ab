// Prepared statements and portals live and end as in PostgreSQL, an error skips all up to Sync, and
// what a client may keep has limits.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.console.ExtendedMessages.bare;
import static org.pgdeeplake.proxy.console.ExtendedMessages.bind;
import static org.pgdeeplake.proxy.console.ExtendedMessages.bindResults;
import static org.pgdeeplake.proxy.console.ExtendedMessages.describe;
import static org.pgdeeplake.proxy.console.ExtendedMessages.execute;
import static org.pgdeeplake.proxy.console.ExtendedMessages.parse;
import static org.pgdeeplake.proxy.console.ExtendedMessages.sqlState;
import static org.pgdeeplake.proxy.console.ExtendedMessages.status;
import static org.pgdeeplake.proxy.console.TestConsole.types;
import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;

class ExtendedProtocolTest extends ConsoleStage {
  @Test
  void theExtendedProtocolInOnePiece() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(
          parse("a", "SHOW VERSION"),
          describe('S', "a"),
          bind("", "a"),
          describe('P', ""),
          execute("", 0),
          parse("", "PAUSE $1"),
          describe('S', ""),
          parse("", ""),
          bind("", ""),
          execute("", 0),
          ConsoleLogin.packet('C', utf8("Sa\0")),
          bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("1tT2TDC1tn12I3Z");
    }
  }

  @Test
  void afterAnErrorNothingIsDoneUntilSync() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(
          parse("", "no command"),
          bind("", ""),
          execute("", 0),
          RawClient.query("PAUSE"),
          bare('S'),
          bind("", "gone"),
          bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      assertThat(proxy.backend().administration().paused()).isFalse();
    }
  }

  @Test
  void aPortalIsReadInPortionsAndGoesWithItsTransaction() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("BEGIN"));
      assertThat(status(client)).isEqualTo('T');
      client.send(parse("", "SHOW LISTS"), bind("p", ""), execute("p", 4), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("12DDDDsZ");
      client.send(execute("p", 4), execute("p", 4), bare('H'));
      assertThat(types(client.readUntil('C'))).isEqualTo("DDDC");
      assertThat(types(client.readUntil('C'))).isEqualTo("C");
      client.send(bare('S'), RawClient.query("nonsense"));
      client.readUntil('Z');
      assertThat(status(client)).isEqualTo('E');
      client.send(RawClient.query("COMMIT"));
      assertThat(status(client)).isEqualTo('I');
      client.send(execute("p", 0), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
    }
  }

  @Test
  void statementsAndPortalsHaveLimits() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      for (int i = 0; i < Limits.PREPARED_STATEMENTS; i++) {
        client.send(parse("s" + i, "SHOW VERSION"));
      }
      client.send(parse("more", "SHOW VERSION"), bare('S'));
      assertThat(types(client.readUntil('Z'))).endsWith("11EZ");
      client.send(
          RawClient.query("DEALLOCATE s1"), parse("", "SHOW VERSION"), parse("", "SHOW MEM"));
      client.readUntil('Z');
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11Z");
      client.send(RawClient.query("DEALLOCATE ALL; BEGIN"));
      client.readUntil('Z');
      client.send(parse("", "SHOW VERSION"));
      for (int i = 0; i <= Limits.PORTALS; i++) {
        client.send(bind("p" + i, ""));
      }
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("1" + "2".repeat(Limits.PORTALS) + "EZ");
    }
  }

  @Test
  void statementsHaveALimitOfBytes() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      String sql = "BEGIN" + " ,".repeat(5000);
      for (int i = 0; i < 10; i++) {
        client.send(parse("s" + i, sql));
      }
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11EZ");
      client.send(RawClient.query("DEALLOCATE s0"));
      client.readUntil('Z');
      client.send(parse("", sql), parse("", sql), parse("s0", sql), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11EZ");
    }
  }

  @Test
  void whatIsNoBind() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(parse("p", "KILL $1"), parse("v", "SHOW VERSION"), bare('S'));
      client.readUntil('Z');
      assertThat(sqlState(client, bind("", "p", 0, new byte[] {'a', 0}))).isEqualTo("22021");
      assertThat(sqlState(client, bind("", "p", 0, new byte[] {'a', -1}))).isEqualTo("22021");
      assertThat(sqlState(client, bind("", "p", 2, utf8("1")))).isEqualTo("22023");
      assertThat(sqlState(client, bindResults("v", 2))).isEqualTo("22023");
      assertThat(sqlState(client, bindResults("v", 1, 1))).isEqualTo("08P01");
      assertThat(sqlState(client, bind("x", "v"), bind("x", "v"))).isEqualTo("42P03");
      assertThat(sqlState(client, bindResults("v", 1))).isEmpty();
    }
  }

  @Test
  void aQueryDropsWhatHasNoName() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("BEGIN"));
      client.readUntil('Z');
      client.send(parse("", "SHOW VERSION"), bind("", ""), RawClient.query("SELECT 1"));
      client.readUntil('Z');
      assertThat(sqlState(client, execute("", 0))).isEqualTo("34000");
      client.send(RawClient.query("ROLLBACK"));
      client.readUntil('Z');
      assertThat(sqlState(client, bind("", ""))).isEqualTo("26000");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DISCARD ALL, DISCARD ALL, 26000",
    "DISCARD PLANS, DISCARD PLANS, ''",
    "discard temporary, DISCARD TEMP, ''"
  })
  void discards(String command, String tag, String afterwards) throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(parse("s", "SHOW VERSION"), bare('S'));
      client.readUntil('Z');
      client.send(RawClient.query(command));
      assertThat(client.readUntil('Z').getFirst().body()).isEqualTo(utf8(tag + "\0"));
      assertThat(sqlState(client, bind("", "s"))).isEqualTo(afterwards);
      assertThat(sqlState(client, RawClient.query("DISCARD EVERYTHING"))).isEqualTo("42601");
    }
  }
}
