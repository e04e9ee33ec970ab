package org.pgdeeplake.manager.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What each container of docker-compose.yml may do is what it needs, and only clients' own port is
 * open to other machines. The chart's pods are held to the same by PodsTest.
 */
class LeastPrivilegeTest {
  private static final Path FILE =
      Path.of(System.getProperty("basedir", ""))
          .toAbsolutePath()
          .resolveSibling("docker-compose.yml");

  /** The entrypoint gives the data to user postgres, and goes on as that. */
  private static final List<String> OF_INSTANCES =
      List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID");

  /** Docker's socket and the project's files are somebody else's. */
  private static final List<String> OF_IDLE_WATCH = List.of("DAC_OVERRIDE");

  @SuppressWarnings("unchecked") // Compose's own schema.
  private static Map<String, Map<String, Object>> services() throws IOException {
    Object all = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(FILE));
    return Objects.requireNonNull(
        (Map<String, Map<String, Object>>) ((Map<String, Object>) all).get("services"));
  }

  @Test
  void eachHasWhatItNeeds() throws IOException {
    assertThat(services()).hasSizeGreaterThanOrEqualTo(5);
    services()
        .forEach((name, service) -> {
          boolean instance = name.startsWith("pg-deeplake-");
          assertThat(service)
              .as(name)
              .containsEntry("cap_drop", List.of("ALL"))
              .containsEntry("security_opt", List.of("no-new-privileges:true"))
              .containsKeys("mem_limit", "user", "networks")
              .doesNotContainKeys("privileged", "pid", "network_mode", "devices");
          assertThat(service.get("cap_add"))
              .as(name)
              .isEqualTo(
                  instance ? OF_INSTANCES : name.equals("idle-watch") ? OF_IDLE_WATCH : null);
          if (!instance) {
            assertThat(service).as(name).containsEntry("read_only", true).containsKey("tmpfs");
          }
          assertThat(String.valueOf(service.get("logging"))).as(name).contains("max-size");
        });
  }

  @Test
  void onlyClientsComeFromElsewhere() throws IOException {
    services()
        .forEach((name, service) -> {
          for (Object port : (List<?>) service.getOrDefault("ports", List.of())) {
            assertThat(port.toString())
                .as(name)
                .matches(
                    name.equals("proxy")
                        ? "127\\.0\\.0\\.1:.*|[^:]*:-5432}:5432"
                        : "127\\.0\\.0\\.1:.*");
          }
        });
  }
}
