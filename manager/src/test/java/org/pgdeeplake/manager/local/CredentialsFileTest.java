package org.pgdeeplake.manager.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Every local server reads its own credentials file, and nobody else's. */
class CredentialsFileTest {
  @AutoClose private final TestData data = new TestData();

  private List<String> includes() throws Exception {
    return Files.readAllLines(configuration()).stream()
        .filter(line -> line.startsWith("include_if_exists"))
        .toList();
  }

  private Path configuration() {
    return LocalInstance.data(data.path(), 1).resolve("postgresql.conf");
  }

  private Path file(LocalDeployment deployment) throws DeploymentFailed {
    return Path.of(deployment.credentialsFile(deployment.instances().getFirst()));
  }

  @Test
  void aDataDirectoryOfAnEarlierVersionGetsTheLineOnce() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    List<String> made = includes();
    assertThat(made).hasSize(1).first().asString().contains(file(deployment).toString());
    List<String> earlier = Files.readAllLines(configuration());
    earlier.removeAll(made);
    Files.write(configuration(), earlier);

    data.deployment(1);
    assertThat(includes()).isEqualTo(made);
    data.deployment(1);
    assertThat(includes()).isEqualTo(made);
  }

  @Test
  void aMovedDataDirectoryReadsOnlyItsNewFile() throws Exception {
    data.deployment(1);
    List<String> made = includes();
    String old = made.getFirst().replace("-creds", "-elsewhere-creds");
    List<String> lines = Files.readAllLines(configuration());
    lines.replaceAll(line -> line.equals(made.getFirst()) ? old : line);
    Files.write(configuration(), lines);

    data.deployment(1);

    assertThat(includes()).isEqualTo(made);
  }

  @Test
  void theFileIsThereBeforeAnybodyElseCanMakeIt() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    Path file = file(deployment);
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThat((int) Files.getAttribute(file, "unix:uid")).isEqualTo(ServerUser.choose().uid());
    Files.delete(file);
    deployment.start(1);
    assertThat(file).exists();
  }

  @Test
  void oneOfSomebodyElseIsNotRead() throws Exception {
    assumeTrue(ServerUser.currentUid() == 0, "only root can be somebody else");
    LocalDeployment deployment = data.deployment(1);
    Path file = file(deployment);
    Files.setAttribute(file, "unix:uid", 12345);
    assertThatThrownBy(() -> deployment.start(1))
        .isInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll(file.toString(), "look who made it");
    Files.delete(file);
    Files.createSymbolicLink(file, data.path().resolve("target"));
    assertThatThrownBy(() -> deployment.start(1)).hasMessageContaining("is not a file of user");
  }
}
