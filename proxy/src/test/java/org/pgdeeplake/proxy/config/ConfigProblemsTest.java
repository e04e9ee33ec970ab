// A bad file is refused with every problem at once, each on a line with its place and what would be
// right.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigProblemsTest {
  private static final String FRONTEND =
      "proxy.frontends.f { bind = \"0.0.0.0:5432\", default-backend = b }\n";
  private static final String BACKEND = "proxy.backends.b {}\n";
  private static final String VALID = FRONTEND + BACKEND;

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void isRefusedWithTheseLines(String rule, String text, String expected) {
    assertThat(new ConfigFile(directory, text).problems())
        .as(rule)
        .isEqualTo(expected.lines().toList());
  }

  /** A valid file and, from its third line, something bad. */
  private static Arguments added(String rule, String text, String expected) {
    return arguments(rule, VALID + text, expected);
  }

  static Stream<Arguments> badFiles() {
    return Stream.of(structure(), values(), addresses(), relations()).flatMap(List::stream);
  }

  private static List<Arguments> structure() {
    return List.of(
        arguments(
            "an empty file",
            "",
            "proxy.conf:1: proxy.frontends: no frontend; write frontends { pg_frontend {"
                + " bind = \"0.0.0.0:5432\", default-backend = pg_backends } }"),
        arguments(
            "no frontend",
            "proxy {\n  frontends {\n  }\n}",
            "proxy.conf:2: proxy.frontends: no frontend; write frontends { pg_frontend {"
                + " bind = \"0.0.0.0:5432\", default-backend = pg_backends } }"),
        arguments(
            "a frontend without its required keys",
            "proxy.backends.b {}\nproxy.frontends {\n  f {\n  }\n}",
            """
            proxy.conf:3: proxy.frontends.f: bind is missing; write bind = "0.0.0.0:5432"
            proxy.conf:3: proxy.frontends.f: default-backend is missing; write default-backend = pg_backends
            """),
        arguments(
            "a syntax error",
            "proxy {\n  frontends { f { bind = 0.0.0.0:5432 } }\n}",
            "proxy.conf:2: Expecting close brace } or a comma, got ':' (if you intended ':' to be"
                + " part of a key or string value, try enclosing the key or value in double quotes)"),
        added(
            "peers without a secret",
            "proxy.peers.dns = peers",
            "proxy.conf:3: proxy.peers.dns: peers need a secret, the same on all;"
                + " set PG_PROXY_PEERS_SECRET or peers.secret"),
        added(
            "peers with a bad name, a short secret and a short ttl",
            "proxy.peers {\n  dns = \"a, b:x\"\n  secret = short\n  ttl = 2s\n}",
            """
            proxy.conf:4: proxy.peers.dns: "b:x": the port must be a whole number from 1 to 65535
            proxy.conf:5: proxy.peers.secret: is shorter than 16 characters; openssl rand -hex 32 makes one
            proxy.conf:6: proxy.peers.ttl: must be at least 3 times interval: lines may come late
            """),
        added(
            "an unknown variable",
            "proxy.threads = ${NO_SUCH_VARIABLE}",
            "proxy.conf:3: Could not resolve substitution to a value: ${NO_SUCH_VARIABLE}"),
        added(
            "a section glued to text, without printing what is in it",
            "proxy.admin.bind = ${proxy}x",
            "proxy.conf:1: Cannot concatenate object or list with a non-object-or-list, ..."),
        arguments(
            "an escape on which the library fails",
            "a = \"\\u-dee\"",
            "proxy.conf: is not HOCON: Not a valid Unicode code point: 0xFFFFF212"),
        arguments(
            "not an object",
            "[1, 2]",
            "proxy.conf:1: has type LIST rather than object at file root"),
        arguments("too deep", "a = " + "[".repeat(100_000), "proxy.conf: nested too deeply"),
        added(
            "unknown keys, at every level",
            """
            porxy { }
            proxy.thread = 1
            proxy.frontends.f.timeouts.quue = 1s
            proxy.backend-defaults.check.risse = 1
            proxy.backends.b.max_connections = 1
            proxy.admin.elephant = 1
            """,
            """
            proxy.conf:3: porxy: unknown key; did you mean proxy?
            proxy.conf:4: proxy.thread: unknown key; did you mean threads?
            proxy.conf:5: proxy.frontends.f.timeouts.quue: unknown key; known here: startup, tls-handshake, client, idle-session
            proxy.conf:6: proxy.backend-defaults.check.risse: unknown key; did you mean rise?
            proxy.conf:7: proxy.backends.b.max_connections: unknown key; known here: balance, servers, discovery, check, queue, timeouts, retries, redispatch, tls
            proxy.conf:8: proxy.admin.elephant: unknown key; known here: bind, stats
            """),
        added(
            "a user without a password",
            "proxy.admin.stats.user = ops",
            "proxy.conf:3: proxy.admin.stats.user: there is a user but no password; set both, or none"
                + " for no stats page and no changes"),
        added(
            "a section that is none, and only that",
            "proxy.frontends.f.timeouts = 5s\nproxy.demand = []\nproxy.backends.c = on",
            """
            proxy.conf:3: proxy.frontends.f.timeouts: "5s" is not a section { ... }
            proxy.conf:4: proxy.demand: a list [ ... ] is not a section { ... }
            proxy.conf:5: proxy.backends.c: "on" is not a section { ... }
            """),
        added(
            "a wrong default, once and without the frontends that inherit it",
            """
            proxy.frontends.g { bind = "0.0.0.0:5433", default-backend = b }
            proxy.frontend-defaults.mode = http
            """,
            "proxy.conf:4: proxy.frontend-defaults.mode: \"http\" is not allowed;"
                + " write postgres or tcp"));
  }

  private static List<Arguments> values() {
    return List.of(
        added(
            "numbers",
            """
            proxy.threads = 1025
            proxy.backends.b.retries = -1
            proxy.backends.b.check { rise = 0, fall = 1.5 }
            proxy.backends.b.queue.limit = many
            proxy.frontends.f.max-connections = 99999999999
            """,
            """
            proxy.conf:3: proxy.threads: "1025" is not a whole number from 0 to 1024
            proxy.conf:4: proxy.backends.b.retries: "-1" is not a whole number from 0 to 2147483647
            proxy.conf:5: proxy.backends.b.check.rise: "0" is not a whole number from 1 to 2147483647
            proxy.conf:5: proxy.backends.b.check.fall: "1.5" is not a whole number from 1 to 2147483647
            proxy.conf:6: proxy.backends.b.queue.limit: "many" is not a whole number from 1 to 2147483647
            proxy.conf:7: proxy.frontends.f.max-connections: "99999999999" is not a whole number from 1 to 2147483647
            """),
        added(
            "durations",
            """
            proxy.backends.b.timeouts.queue = 120
            proxy.backends.b.timeouts.connect = 0s
            proxy.frontends.f.timeouts.idle-session = -1s
            proxy.demand.linger = 2 weeks
            proxy.demand.idle-after = 400d
            proxy.shutdown.delay = [1s]
            """,
            """
            proxy.conf:3: proxy.backends.b.timeouts.queue: "120" has no unit; write 120s for seconds
            proxy.conf:4: proxy.backends.b.timeouts.connect: "0s" is too short; write at least 1ms
            proxy.conf:5: proxy.frontends.f.timeouts.idle-session: "-1s" is too short; write at least 0ms
            proxy.conf:6: proxy.demand.linger: "2 weeks" is not a duration, such as 100ms, 120s, 5m, 1h or 1d
            proxy.conf:7: proxy.demand.idle-after: "400d" is too long; write at most 365d
            proxy.conf:8: proxy.shutdown.delay: a list [ ... ] is not a duration, such as 100ms, 120s, 5m, 1h or 1d; write delay = 10s
            """),
        added(
            "words",
            """
            proxy.frontends.f.tls.mode = ssl
            proxy.backends.b.redispatch = maybe
            proxy.backends.b.check.type = pqsql
            proxy.backends.b.check.on-marked-down = close_sessions
            proxy.backends.b.balance = leastconn
            proxy.transport = null
            """,
            """
            proxy.conf:3: proxy.frontends.f.tls.mode: "ssl" is not allowed; write passthrough or terminate or off
            proxy.conf:4: proxy.backends.b.redispatch: "maybe" is not allowed; write true or false
            proxy.conf:5: proxy.backends.b.check.type: "pqsql" is not allowed; write pgsql or tcp; did you mean pgsql?
            proxy.conf:6: proxy.backends.b.check.on-marked-down: "close_sessions" is not allowed; write none or close-sessions; did you mean close-sessions?
            proxy.conf:7: proxy.backends.b.balance: "leastconn" is not allowed; write roundrobin
            proxy.conf:8: proxy.transport: null is not auto or epoll or io_uring or nio; write transport = auto
            """),
        added(
            "text and names",
            """
            proxy.backends.b.check.user = ""
            proxy.backends."a b" {}
            proxy.backends.b.servers = [ { name = "a\\nb", address = "h:1" } ]
            """,
            """
            proxy.conf:3: proxy.backends.b.check.user: the text is empty
            proxy.conf:4: proxy.backends."a b": "a b" is not a name; use letters, digits and - _ . :
            proxy.conf:5: proxy.backends.b.servers[0].name: "a\\u000ab" is not a name; use letters, digits and - _ . :
            """));
  }

  private static List<Arguments> addresses() {
    String form = "; write host:port, such as 0.0.0.0:5432 or [::1]:5432";
    return Stream.of(
            arguments("5432", "has no port" + form),
            arguments("0.0.0.0", "has no port" + form),
            arguments("host:", "has no port" + form),
            arguments(":5432", "has no host" + form),
            arguments("*:5432", "has no host" + form),
            arguments("::1", "is an IPv6 address without brackets and port" + form),
            arguments("::1:5432", "is an IPv6 address without brackets and port" + form),
            arguments("[::1]", "has no port" + form),
            arguments("[::1:5432", "has no valid host name or address" + form),
            arguments("[host]:1", "has no IPv6 address in its brackets" + form),
            arguments("300.0.0.1:1", "has no valid host name or address" + form),
            arguments("1.2.3:1", "has no valid host name or address" + form),
            arguments("a b:1", "has no valid host name or address" + form),
            arguments("postgres://h:1", "has no valid host name or address" + form))
        .map(bad ->
            added(
                "the address " + bad.get()[0],
                "proxy.admin.bind = \"" + bad.get()[0] + "\"",
                "proxy.conf:3: proxy.admin.bind: \"" + bad.get()[0] + "\" " + bad.get()[1]))
        .toList();
  }

  private static List<Arguments> relations() {
    return List.of(
        added(
            "ports",
            """
            proxy.admin.bind = "h:65536"
            proxy.backends.b.servers = [
              { name = a, address = "h:0" }
              { name = b, address = "h:-1" }
              { name = c, address = [] }
            ]
            """,
            """
            proxy.conf:3: proxy.admin.bind: "h:65536": the port must be a whole number from 0 to 65535
            proxy.conf:5: proxy.backends.b.servers[0].address: "h:0": the port must be a whole number from 1 to 65535
            proxy.conf:6: proxy.backends.b.servers[1].address: "h:-1": the port must be a whole number from 1 to 65535
            proxy.conf:7: proxy.backends.b.servers[2].address: a list [ ... ] is not an address; write address = "pg-deeplake-1:5432"
            """),
        added(
            "servers",
            """
            proxy.backends.b.servers = [
              { name = a, address = "h:1" }
              { name = a, address = "h:2" }
              { name = BACKEND, address = "h:3" }
              { addres = "h:4" }
              h5
            ]
            """,
            """
            proxy.conf:5: proxy.backends.b.servers[1].name: another server is called a (proxy.conf:4); write another name
            proxy.conf:6: proxy.backends.b.servers[2].name: BACKEND means something else in statistics; write another
            proxy.conf:7: proxy.backends.b.servers[3]: name is missing; write name = pg-deeplake-1
            proxy.conf:7: proxy.backends.b.servers[3]: address is missing; write address = "pg-deeplake-1:5432"
            proxy.conf:7: proxy.backends.b.servers[3].addres: unknown key; did you mean address?
            proxy.conf:8: proxy.backends.b.servers[4]: "h5" is not a section { ... }
            """),
        arguments(
            "a backend that does not exist",
            """
            proxy.backends.pg_backends {}
            proxy.backends.other {}
            proxy.frontends.f { bind = "h:1", default-backend = pg_backend }
            proxy.frontends.g { bind = "h:2", default-backend = elephants }
            """,
            """
            proxy.conf:3: proxy.frontends.f.default-backend: there is no backend "pg_backend"; did you mean pg_backends?
            proxy.conf:4: proxy.frontends.g.default-backend: there is no backend "elephants"; the backends are: pg_backends, other
            """),
        arguments(
            "no backend at all",
            FRONTEND,
            "proxy.conf:1: proxy.frontends.f.default-backend: there is no backend \"b\";"
                + " write backends { b { servers = [ ... ] } }"),
        added(
            "one address for two",
            """
            proxy.frontends.g { bind = "127.0.0.1:5432", default-backend = b }
            proxy.frontends.h { bind = "[::1]:8404", default-backend = b }
            proxy.admin.bind = "[::1]:8404"
            """,
            """
            proxy.conf:3: proxy.frontends.g.bind: 127.0.0.1:5432 is taken by frontend f (0.0.0.0:5432, proxy.conf:1); write another port
            proxy.conf:5: proxy.admin.bind: [::1]:8404 is taken by frontend h ([::1]:8404, proxy.conf:4); write another port
            """),
        added(
            "a console without a password",
            "proxy.console.bind = \"127.0.0.1:6432\"",
            "proxy.conf:3: proxy.console.bind: the console needs a password;"
                + " set console.password, or bind = \"\""),
        added(
            "a console with an empty password, no user and a taken port",
            """
            proxy.console {
              bind = "127.0.0.1:5432"
              user = ""
              password = ""
            }
            """,
            """
            proxy.conf:4: proxy.console.bind: 127.0.0.1:5432 is taken by frontend f (0.0.0.0:5432, proxy.conf:1); write another port
            proxy.conf:5: proxy.console.user: the text is empty
            proxy.conf:6: proxy.console.password: the console needs a password; set console.password, or bind = ""
            """),
        added(
            "a console's password that is only half a SCRAM verifier, without showing it",
            """
            proxy.console {
              bind = "127.0.0.1:6432"
              password = "SCRAM-SHA-256$4096:c2VjcmV0$c2VjcmV0"
            }
            """,
            "proxy.conf:5: proxy.console.password: begins as a SCRAM verifier of PostgreSQL, but is"
                + " none; write SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, or the"
                + " password itself"),
        added(
            "fastinter above inter",
            """
            proxy.backends.b.check { inter = 1s, fastinter = 2s }
            proxy.backends.c {
              check.inter = 50ms
            }
            """,
            """
            proxy.conf:3: proxy.backends.b.check.fastinter: longer than inter (1000ms); write at most that
            proxy.conf:5: proxy.backends.c.check.inter: shorter than the default of fastinter (100ms); write fastinter too
            """));
  }

  @Test
  void saysWhyAFileCannotBeRead() throws Exception {
    Path missing = directory.resolve("missing.conf");
    Path loop = directory.resolve("loop.conf");
    Files.createSymbolicLink(loop, loop);
    Path large = directory.resolve("large.conf");
    Files.writeString(large, "#".repeat((1 << 20) + 1));

    assertThat(refusal(missing)).isEqualTo(missing + ": no such file");
    assertThat(refusal(directory))
        .isEqualTo(directory + ": is a directory; give the path of a file");
    assertThat(refusal(loop)).isEqualTo(loop + ": cannot be read; see its permissions");
    assertThat(refusal(large))
        .isEqualTo(large + ": is larger than 1 MiB; give the path of a configuration file");
  }

  @Test
  void namesTheIncludedFileWhereTheProblemIs() throws Exception {
    Files.writeString(directory.resolve("more.conf"), "\nproxy.threads = x\n");

    assertThat(new ConfigFile(directory, VALID + "include \"more.conf\"").problems())
        .containsExactly("more.conf:2: proxy.threads: \"x\" is not a whole number from 0 to 1024");
  }

  @ParameterizedTest
  @ValueSource(strings = {"required(\"servers.conf\")", "required(file(\"servers.conf\"))"})
  void namesTheLineOfAnIncludeThatIsMissing(String include) {
    assertThat(new ConfigFile(directory, "\ninclude " + include + "\n" + VALID).problems())
        .containsExactly(
            "proxy.conf:2: cannot include servers.conf:"
                + " no readable file of this name beside proxy.conf");
  }

  @Test
  void namesTheEnvironmentVariableThatIsWrong() {
    assertThat(new ConfigFile(directory, VALID + "proxy.threads = ${?PATH}").problems())
        .singleElement()
        .asString()
        .startsWith("environment variable PATH: proxy.threads: \"")
        .endsWith(" is not a whole number from 0 to 1024");
  }

  @Test
  void namesTheVariableOfTheLogLevel() {
    assertThat(new ConfigFile(directory, VALID).problems(Map.of("PG_PROXY_LOG_LEVEL", "loud")))
        .containsExactly(
            "environment variable PG_PROXY_LOG_LEVEL: proxy.log.level: \"loud\" is not allowed;"
                + " write error or warn or info or debug");
  }

  private static String refusal(Path file) {
    try {
      return "accepted: " + ConfigReader.read(file);
    } catch (ConfigException e) {
      return e.getMessage();
    }
  }
}
