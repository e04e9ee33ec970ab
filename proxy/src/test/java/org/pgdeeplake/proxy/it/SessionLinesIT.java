// Whoever reads HAProxy's logs reads ours: parsers' regular expressions, and the real halog. One
// switch makes every line a JSON object with the same fields.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;

@Tag("long")
class SessionLinesIT {
  private static final int SESSIONS = 3;

  /** Logstash's grok pattern HAPROXYTCP, without what syslog puts before it. */
  private static final Pattern TCPLOG =
      Pattern.compile(
          "(?<client>\\d+\\.\\d+\\.\\d+\\.\\d+):(?<port>\\d+)"
              + " \\[(?<date>\\d{2}/[A-Z][a-z]{2}/\\d{4}:\\d{2}:\\d{2}:\\d{2}\\.\\d{3})]"
              + " (?<frontend>\\S+) (?<backend>[^/ ]+)/(?<server>\\S+)"
              + " (?<queue>-?\\d+)/(?<connect>-?\\d+)/(?<total>\\+?\\d+) (?<bytes>\\+?\\d+)"
              + " (?<state>[-A-Za-z]{2}) (?<actconn>\\d+)/(?<feconn>\\d+)/(?<beconn>\\d+)"
              + "/(?<srvconn>\\d+)/(?<retries>\\+?\\d+) (?<srvqueue>\\d+)/(?<backendqueue>\\d+)");

  private static final String RELOADED = "reload applied";

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void choose() {
    file = directory.resolve("proxy.conf");
  }

  @Test
  @NeedsProgram({"haproxy", "halog"})
  void isReadAsHaproxysOwn() throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        ReservedPort empty = new ReservedPort();
        ReservedPort haproxyPort = new ReservedPort();
        Command haproxy = haproxy(haproxyPort, postgres)) {
      List<String> ours = lines(port, empty, postgres, "text", SESSIONS + 1);
      List<String> theirs = haproxysLines(haproxy, haproxyPort);

      assertThat(ours).allMatch(line -> TCPLOG.matcher(line).matches());
      assertThat(theirs).allMatch(line -> TCPLOG.matcher(line).matches());
      MatchResult served = parsed(ours.getFirst());
      MatchResult refused = parsed(ours.getLast());
      assertThat(List.of(served.group("frontend"), served.group("backend"), served.group("server")))
          .containsExactly("pg_frontend", "pg_backends", "pg-deeplake-1");
      assertThat(served.group("state")).isEqualTo(parsed(theirs.getFirst()).group("state"));
      assertThat(served.group("bytes")).isEqualTo(parsed(theirs.getFirst()).group("bytes"));
      assertThat(refused.group("server")).isEqualTo("<NOSRV>");
      assertThat(refused.group("state")).isEqualTo("sQ");

      assertThat(halog(ours, "-c")).isEqualTo(ours.size() + "\n");
      assertThat(halog(ours, "-c", "-H")).as("HTTP").isEqualTo("0\n");
      assertThat(halog(ours.subList(0, SESSIONS), "-srv")).isEqualTo(halog(theirs, "-srv"));
      assertThat(halog(ours, "-srv")).contains("pg_backends/pg-deeplake-1 ", "nobody/<NOSRV> ");
      long now = System.currentTimeMillis() / 1000;
      assertThat(halog(ours, "-c", "-time", now + 86400 + ":")).as("later").isEqualTo("0\n");
      assertThat(halog(ours, "-c", "-time", now - 86400 + ":" + (now + 86400)))
          .isEqualTo(ours.size() + "\n");
    }
  }

  @Test
  void jsonHasEveryFieldByItsName() throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        ReservedPort empty = new ReservedPort()) {
      List<Config> lines =
          lines(port, empty, postgres, "json", SESSIONS + 1).stream()
              .map(SessionLinesIT::json)
              .toList();
      Config served = lines.getFirst();
      MatchResult line = parsed(served.getString("message"));

      assertThat(OffsetDateTime.parse(served.getString("timestamp"))).isNotNull();
      assertThat(served.getString("level")).isEqualTo("INFO");
      assertThat(served.getString("client")).isEqualTo(line.group("client"));
      assertThat(served.getInt("client_port")).isEqualTo(Integer.parseInt(line.group("port")));
      assertThat(served.getString("frontend")).isEqualTo("pg_frontend");
      assertThat(served.getLong("session")).isPositive();
      assertThat(served.getString("user")).isEqualTo("postgres");
      assertThat(served.getString("database")).isEqualTo("postgres");
      assertThat(served.getIsNull("application")).isTrue();
      assertThat(served.getBoolean("tls")).isFalse();
      assertThat(served.getString("backend")).isEqualTo("pg_backends");
      assertThat(served.getString("server")).isEqualTo("pg-deeplake-1");
      assertThat(served.getLong("queue_ms")).isEqualTo(Long.parseLong(line.group("queue")));
      assertThat(served.getLong("connect_ms")).isEqualTo(Long.parseLong(line.group("connect")));
      assertThat(served.getLong("total_ms")).isEqualTo(Long.parseLong(line.group("total")));
      assertThat(served.getLong("bytes_out")).isEqualTo(Long.parseLong(line.group("bytes")));
      assertThat(served.getLong("bytes_in")).isPositive();
      assertThat(served.getString("termination_state")).isEqualTo("--");
      assertThat(served.getString("reason")).isEqualTo("normal");
      assertThat(served.getInt("process_sessions")).isZero();
      assertThat(served.getInt("frontend_sessions")).isZero();
      assertThat(served.getInt("backend_sessions")).isZero();
      assertThat(served.getInt("server_sessions")).isZero();
      assertThat(served.getInt("retries")).isZero();
      assertThat(served.getBoolean("redispatched")).isFalse();
      assertThat(served.getInt("server_queue")).isZero();
      assertThat(served.getInt("backend_queue")).isZero();

      Config refused = lines.getLast();
      assertThat(refused.getString("termination_state")).isEqualTo("sQ");
      assertThat(refused.getString("reason")).isEqualTo("queue_timeout");
      assertThat(refused.getIsNull("server")).isTrue();
      assertThat(refused.getIsNull("connect_ms")).isTrue();
      assertThat(refused.getLong("queue_ms")).isPositive();
      assertThat(refused.root().keySet()).isEqualTo(served.root().keySet());
    }
  }

  @Test
  void aReloadChangesTheFormatAndLosesNoLine() throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        ReservedPort empty = new ReservedPort()) {
      writeConfig(port, empty, postgres, "text");
      try (Command proxy = ProxyProcess.start(file)) {
        InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
        for (int round = 1; round <= 6; round++) {
          sessions(address);
          boolean json = round % 2 == 1;
          writeConfig(port, empty, postgres, json ? "json" : "text");
          proxy.signal("HUP");
          int reloads = round;
          await().until(() -> reloads(proxy) == reloads);
        }
        sessions(address);
        await().until(() -> sessionLines(proxy).size() == 7 * SESSIONS);
        assertThat(sessionLines(proxy).stream().filter(line -> line.startsWith("{")))
            .hasSizeBetween(2 * SESSIONS, 4 * SESSIONS);
      }
    }
  }

  private static long reloads(Command proxy) {
    return proxy.out().lines().filter(line -> line.contains(RELOADED)).count();
  }

  /** The lines of some sessions that were served and, the last, of one that was not. */
  private List<String> lines(
      ReservedPort port, ReservedPort empty, TestPostgres postgres, String format, int lines)
      throws IOException {
    writeConfig(port, empty, postgres, format);
    try (Command proxy = ProxyProcess.start(file)) {
      InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
      sessions(address);
      await().until(() -> sessionLines(proxy).size() == lines - 1);
      ProxyProcess.awaitListening(proxy, empty);
      try (RawClient client =
          RawClient.open(new InetSocketAddress(address.getAddress(), empty.number()))) {
        client.send(RawClient.startup());
        client.readUntil('E');
      }
      await().until(() -> sessionLines(proxy).size() == lines);
      return sessionLines(proxy);
    }
  }

  private void writeConfig(
      ReservedPort port, ReservedPort empty, TestPostgres postgres, String format)
      throws IOException {
    Files.writeString(
        file,
        """
        proxy {
          admin.bind = "127.0.0.1:0"
          log.format = %s
          frontends.pg_frontend { bind = "%s", default-backend = pg_backends }
          frontends.empty { bind = "%s", default-backend = nobody }
          backends.pg_backends.servers = [ { name = pg-deeplake-1, address = "%s" } ]
          backends.nobody.timeouts.queue = 50ms
        }
        """
            .formatted(format, port.address(), empty.address(), postgres.address()));
  }

  private static void sessions(InetSocketAddress address) throws IOException {
    for (int i = 0; i < SESSIONS; i++) {
      try (RawClient client = RawClient.session(address)) {
        assertThat(client.value("select 42")).isEqualTo("42");
        client.send(RawClient.terminate());
        assertThat(client.read()).isNull();
      }
    }
  }

  /** Whole lines only: the last one may be on its way. */
  private static List<String> sessionLines(Command proxy) {
    String out = proxy.out();
    return out.substring(0, out.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.startsWith("127.0.0.1:") || line.contains("\"logger\":\"session\""))
        .toList();
  }

  private Command haproxy(ReservedPort port, TestPostgres postgres) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            global
              log stdout format raw local0
            defaults
              mode tcp
              log global
              option tcplog
              option dontlognull
              timeout connect 5s
              timeout client 1h
              timeout server 1h
            frontend pg_frontend
              bind %s
              default_backend pg_backends
            backend pg_backends
              server pg-deeplake-1 %s
            """
                .formatted(port.address(), postgres.address()));
    return Command.of("haproxy", "-db", "-f", config.toString()).start();
  }

  private static List<String> haproxysLines(Command haproxy, ReservedPort port) throws IOException {
    sessions(ProxyProcess.awaitListening(haproxy, port));
    await().until(() -> sessionLines(haproxy).size() == SESSIONS);
    return sessionLines(haproxy);
  }

  private static MatchResult parsed(String line) {
    var matcher = TCPLOG.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher.toMatchResult();
  }

  private static Config json(String line) {
    return ConfigFactory.parseString(
        line, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
  }

  /** Its answer to lines as syslog writes them, which is what it reads. */
  private String halog(List<String> lines, String... options) throws IOException {
    Path log =
        Files.writeString(
            directory.resolve("log"),
            lines.stream()
                .map(line -> "Nov 22 15:01:11 localhost haproxy[1]: " + line + "\n")
                .collect(Collectors.joining()));
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "halog -q \"$@\" < \"$0\"", log.toString()));
    command.addAll(List.of(options));
    Command.Result result = Command.of(command).run();
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
