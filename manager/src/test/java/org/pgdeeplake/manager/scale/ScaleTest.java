package org.pgdeeplake.manager.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;

/** What is refused is refused first, and no proxy is no obstacle. */
class ScaleTest extends ScaleScene {
  @Test
  void withoutAProxyTheListIsWrittenForItsStart() throws Exception {
    deployment(1, 1);
    data.createData(2);

    Manage grown = scale("2");

    assertDone(grown);
    assertThat(grown.err()).contains("no proxy runs; it will read the new list when it starts");
    assertThat(file("servers.conf")).contains("pg-deeplake-2");
    assertThat(running()).containsExactly(1, 2);
    assertDone(scale("1"));
    assertThat(running()).containsExactly(1);
  }

  @Test
  void anotherProgramWithTheProxysPidIsLeftAlone() throws Exception {
    deployment(1, 1);
    data.createData(2);
    Process stranger = new ProcessBuilder("sleep", "600").start();
    children.add(stranger);
    Files.writeString(data.path().resolve("proxy.pid"), stranger.pid() + "\n");

    Manage run = scale("2");

    assertDone(run);
    assertThat(run.err()).contains("no proxy runs");
    assertThat(stranger.isAlive()).isTrue();
  }

  @Test
  void eachNewInstanceHasAPortOfItsOwn() throws Exception {
    LocalDeployment one = data.deployment(1);
    int usual = one.upTo(2).getLast().port();
    try (ServerSocket _ = new ServerSocket(usual, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(one.upTo(4).stream().map(Instance::port)).doesNotHaveDuplicates();
    }
  }

  @Test
  void localInstancesHaveNoImage() throws Exception {
    deployment(1, 0);
    Manage run = scale("1", "--image=some:18");
    assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(run.err()).contains("--image");
    assertThat(running()).isEmpty();
  }

  @Test
  void whatIsKedasIsRefusedElsewhere() throws Exception {
    deployment(1, 0);
    for (String[] args : new String[][] {{"auto"}, {"1", "--no-drain"}}) {
      Manage run = scale(args);
      assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.REFUSED);
      assertThat(run.err()).contains("are for kubernetes");
    }
  }

  @Test
  void aCountOutOfRangeIsWrongUsage() throws Exception {
    deployment(1, 0);
    for (String count : new String[] {"101", "-1", "two"}) {
      assertThat(scale(count).code()).as(count).isEqualTo(ExitCodes.USAGE);
    }
  }
}
