package org.pgdeeplake.manager.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.deployment.ServerList;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The files of the repository are those that {@code scale 2} generates, and every instance is like
 * the first. To write them anew: {@code mvn -pl manager test -Dtest=ComposeStackTest
 * -Dgenerated.write=true}.
 */
class ComposeStackTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final boolean WRITE = Boolean.getBoolean("generated.write");

  private static String stack(int instances) {
    return new ComposeStack(instances, Optional.empty()).compose();
  }

  private static void assertCommitted(String file, String text) throws Exception {
    if (WRITE) {
      Files.writeString(ROOT.resolve(file), text);
    }
    assertThat(Files.readString(ROOT.resolve(file))).isEqualTo(text);
  }

  @Test
  void theRepositoryHasTwo() throws Exception {
    assertCommitted("docker-compose.yml", stack(2));
    assertCommitted(
        "config/servers.conf",
        ServerList.text(
            List.of(
                new ServerList.Entry("pg-deeplake-1", "pg-deeplake-1", 5432),
                new ServerList.Entry("pg-deeplake-2", "pg-deeplake-2", 5432))));
  }

  @Test
  void everyInstanceIsLikeTheFirst() {
    Map<?, ?> services = services(stack(3));
    assertThat(services.keySet().stream().map(Object::toString))
        .startsWith("pg-deeplake-1", "pg-deeplake-2", "pg-deeplake-3")
        .contains("proxy", "redis", "idle-watch");
    String first = String.valueOf(services.get("pg-deeplake-1"));
    String third = String.valueOf(services.get("pg-deeplake-3"));
    assertThat(third).contains("127.0.0.1:5435:5432").isNotEqualTo(first);
    assertThat(third.replace("pg-deeplake-3", "pg-deeplake-1").replace(":5435:", ":5433:"))
        .isEqualTo(first);
  }

  private static Map<?, ?> services(String text) {
    Map<?, ?> stack =
        (Map<?, ?>)
            Objects.requireNonNull(new Load(LoadSettings.builder().build()).loadFromString(text));
    return (Map<?, ?>) Objects.requireNonNull(stack.get("services"));
  }

  @Test
  void anImageOnceChosenIsFoundAgain(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("docker-compose.yml");
    assertThat(ComposeStack.imageOf(file)).isEmpty();
    Files.writeString(file, stack(1));
    assertThat(ComposeStack.imageOf(file)).isEmpty();
    Files.writeString(file, new ComposeStack(1, Optional.of("registry/other:19")).compose());
    assertThat(ComposeStack.imageOf(file)).contains("registry/other:19");
  }
}
