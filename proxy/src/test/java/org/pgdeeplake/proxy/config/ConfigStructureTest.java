// A file that cannot be read, or has not the form of a configuration, is refused with every problem
// at once, each with its place and what would be right.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigStructureTest extends BadFiles {
  static List<Arguments> badFiles() {
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
