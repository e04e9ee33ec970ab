// A good file gives what it says, and reference.conf's defaults for the rest.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

class ConfigReaderTest {
  private static final String MINIMAL =
      """
      proxy.frontends.f { bind = "0.0.0.0:5432", default-backend = b }
      proxy.backends.b {}
      """;

  @TempDir private Path directory;

  @Test
  void takesTheDefaults() throws Exception {
    ProxyConfig config = read(MINIMAL);

    FrontendConfig.Timeouts frontendTimeouts =
        new FrontendConfig.Timeouts(
            Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofHours(1), Duration.ZERO);
    BackendConfig.Timeouts backendTimeouts =
        new BackendConfig.Timeouts(
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(120));
    CheckConfig check =
        new CheckConfig(
            CheckConfig.Type.PGSQL,
            "postgres",
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            Duration.ofSeconds(2),
            1,
            2,
            CheckConfig.OnMarkedDown.NONE);
    assertThat(config.threads()).isZero();
    assertThat(config.eventLoops()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.transport()).isEqualTo(TransportChoice.AUTO);
    assertThat(config.frontends())
        .containsExactly(
            new FrontendConfig(
                "f",
                new HostPort("0.0.0.0", 5432),
                "b",
                Mode.POSTGRES,
                10_000,
                0,
                0,
                List.of(),
                new FrontendTls(
                    FrontendTls.Mode.PASSTHROUGH,
                    false,
                    List.of(),
                    null,
                    FrontendTls.ClientCertificate.OPTIONAL,
                    "TLSv1.2",
                    List.of()),
                frontendTimeouts));
    assertThat(config.backends())
        .containsExactly(
            new BackendConfig(
                "b",
                List.of(),
                check,
                new BackendConfig.QueueConfig(10_000, 0, 32),
                backendTimeouts,
                3,
                true,
                new BackendTls(BackendTls.Mode.OFF, null, false, null, "TLSv1.2", List.of())));
    assertThat(config.demand())
        .isEqualTo(new DemandConfig(Duration.ofMinutes(5), Duration.ofSeconds(30)));
    assertThat(config.admin().bind()).isEqualTo(new HostPort("127.0.0.1", 8404));
    assertThat(config.shutdown())
        .isEqualTo(new ShutdownConfig(Duration.ZERO, Duration.ofSeconds(30)));
  }

  @Test
  void theFileWinsOverItsDefaultsAndTheseOverOurs() throws Exception {
    ProxyConfig config =
        read(
            MINIMAL
                + """
                proxy.frontend-defaults { mode = tcp, tls.mode = off, timeouts.client = 2h }
                proxy.frontends.g { bind = "h:1", default-backend = b, timeouts.client = 3h }
                proxy.backend-defaults.check { inter = 5s, on-marked-down = close-sessions }
                proxy.backends.b.check.inter = 7s
                """);

    FrontendConfig f = config.frontends().get(0);
    FrontendConfig g = config.frontends().get(1);
    assertThat(f.mode()).isEqualTo(Mode.TCP);
    assertThat(f.tls().mode()).isEqualTo(FrontendTls.Mode.OFF);
    assertThat(f.timeouts().client()).isEqualTo(Duration.ofHours(2));
    assertThat(g.timeouts().client()).isEqualTo(Duration.ofHours(3));
    assertThat(g.timeouts().startup()).isEqualTo(Duration.ofSeconds(10));
    CheckConfig check = config.backends().getFirst().check();
    assertThat(check.inter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(check.onMarkedDown()).isEqualTo(CheckConfig.OnMarkedDown.CLOSE_SESSIONS);
  }

  @Test
  void aVariableReplacesAValueOnlyIfItExists() throws Exception {
    ProxyConfig config =
        read(
            MINIMAL
                + """
                proxy.backends.b.check.user = before
                proxy.backends.b.check.user = ${?NO_SUCH_VARIABLE}
                proxy.backends.c.check.user = ${?PATH}
                proxy.demand.linger = ${proxy.shutdown.drain-timeout}
                """);

    assertThat(config.backends().get(0).check().user()).isEqualTo("before");
    assertThat(config.backends().get(1).check().user()).isEqualTo(System.getenv("PATH"));
    assertThat(config.demand().linger()).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @CsvSource({
    "[::1]:5432, ::1, 5432",
    "[fe80::1%eth0]:1, fe80::1%eth0, 1",
    "[::]:0, ::, 0",
    "0.0.0.0:65535, 0.0.0.0, 65535",
    "pg_deeplake-1.internal.:1, pg_deeplake-1.internal., 1",
  })
  void readsAddresses(String text, String host, int port) throws Exception {
    HostPort bind = read(MINIMAL + "proxy.admin.bind = \"" + text + "\"").admin().bind();

    assertThat(bind).isEqualTo(new HostPort(host, port)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({"100ms, PT0.1S", "120s, PT2M", "5 m, PT5M", "1h, PT1H", "365d, PT8760H"})
  void readsDurations(String text, Duration expected) throws Exception {
    assertThat(read(MINIMAL + "proxy.demand.linger = " + text).demand().linger())
        .isEqualTo(expected);
  }

  /** In capitals, too, as PG_PROXY_LOG_LEVEL is often written. */
  @ParameterizedTest
  @CsvSource({"debug, DEBUG", "WARN, WARN", "Error, ERROR"})
  void readsTheLevelOfTheLog(String text, LogConfig.Level expected) throws Exception {
    assertThat(read(MINIMAL + "proxy.log.level = " + text).log())
        .isEqualTo(new LogConfig(expected, LogConfig.Format.TEXT, true));
  }

  /** Empty, as Compose sets it by {@code ${PG_PROXY_LOG_LEVEL:-}}, is as good as unset. */
  @ParameterizedTest
  @CsvSource({"'', INFO", "debug, DEBUG"})
  void takesTheLevelOfTheLogFromTheEnvironment(String text, LogConfig.Level expected)
      throws Exception {
    Map<String, String> environment = Map.of("PG_PROXY_LOG_LEVEL", text);
    assertThat(new ConfigFile(directory, MINIMAL).read(environment).log().level())
        .isEqualTo(expected);
  }

  @Test
  void keepsTheOrderOfTheFile() throws Exception {
    StringBuilder text = new StringBuilder(MINIMAL);
    for (int i = 20; i > 0; i--) {
      text.append("proxy.backends.n").append(i).append(" {}\n");
    }

    assertThat(read(text.toString()).backends())
        .extracting(BackendConfig::name)
        .startsWith("b", "n20", "n19", "n18")
        .endsWith("n2", "n1");
  }

  @Test
  void theFileForComposeIsValid() throws Exception {
    ProxyConfig config = ConfigReader.read(Path.of("../config/proxy.conf"));

    assertThat(config.frontends())
        .extracting(FrontendConfig::name, FrontendConfig::bind, FrontendConfig::defaultBackend)
        .containsExactly(tuple("pg_frontend", new HostPort("0.0.0.0", 5432), "pg_backends"));
    BackendConfig backend = config.backends().getFirst();
    assertThat(backend.name()).isEqualTo("pg_backends");
    assertThat(backend.servers())
        .containsExactly(
            new ServerConfig("pg-deeplake-1", new HostPort("pg-deeplake-1", 5432), 0, false),
            new ServerConfig("pg-deeplake-2", new HostPort("pg-deeplake-2", 5432), 0, false));
    assertThat(backend.timeouts().queue()).isEqualTo(Duration.ofMinutes(2));
    assertThat(backend.redispatch()).isTrue();
    assertThat(config.admin().bind()).isEqualTo(new HostPort("0.0.0.0", 8404));
  }

  private ProxyConfig read(String text) throws ConfigException {
    return new ConfigFile(directory, text).read();
  }
}
