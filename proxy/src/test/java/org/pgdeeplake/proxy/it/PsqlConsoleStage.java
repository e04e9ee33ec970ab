package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.TestProxy;

/** psql at the console of a proxy whose one server is up. */
abstract class PsqlConsoleStage extends PostgresStage {
  static final String PASSWORD = "pässword 1";
  TestProxy proxy;

  @BeforeEach
  void start() {
    proxy =
        TestProxy.to(postgres)
            .frontend("tls.mode = off") // an SSLRequest that waits has no name yet
            .proxy("console { bind = \"127.0.0.1:0\", password = \"" + PASSWORD + "\" }")
            .start()
            .awaitUp(1);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  /** psql at the console, one {@code -c} for each command. */
  Command.Builder psql(String... commands) {
    return psqlTo("pgproxy", commands).env("PGPASSWORD", PASSWORD);
  }

  Command.Builder psqlTo(String database, String... commands) {
    return psqlAs("pgproxy", database, commands);
  }

  Command.Builder psqlAs(String user, String database, String... commands) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "psql",
                "-X",
                "-A",
                "-v",
                "VERBOSITY=verbose",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(proxy.proxy().consoleAddress().getPort()),
                "-U",
                user,
                "-d",
                database));
    for (String command : commands) {
      line.addAll(List.of("-c", command));
    }
    return Command.of(line);
  }

  static String out(Command.Builder psql) {
    Command.Result result = psql.run();
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return result.out();
  }

  static String error(Command.Builder psql) {
    Command.Result result = psql.run();
    assertThat(result.exitCode()).as(result.out()).isNotZero();
    return result.err();
  }

  /** The fields of the rows of a SHOW, its header first. */
  List<List<String>> table(String show) {
    return out(psql(show))
        .lines()
        .filter(line -> line.contains("|"))
        .map(line -> List.of(line.split("\\|", -1)))
        .toList();
  }

  String cell(String show, String column) {
    List<List<String>> table = table(show);
    assertThat(table).as(show).hasSize(2);
    return table.get(1).get(table.getFirst().indexOf(column));
  }
}
