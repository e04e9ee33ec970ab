package org.pgdeeplake.manager.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.proxy.Server;

/** A manager that was killed left instances that are no better than new ones. */
class ScaleKilledIT extends ScaleScene {
  @Test
  void oneThatRunsAlreadyGetsTheDatabasesBeforeTheProxyKnowsIt() throws Exception {
    behindProxy(1, 1);
    data.createData(2);
    createDatabase(1, "shop");
    long first = deployment.start(1).pid();
    // It takes no connections now, so that what the others have is not known yet.
    TestData.signal("STOP", first);
    try {
      Process killed = scaleProcess("2", "--timeout=60s");
      await().atMost(LIMIT).until(() -> running().equals(List.of(1, 2)));
      await().atMost(LIMIT).until(() -> file("scale.log").contains("pg-deeplake-2 is healthy"));
      killed.destroyForcibly().waitFor();
    } finally {
      TestData.signal("CONT", first);
    }
    assertThat(known()).containsExactly(1);
    await().atMost(LIMIT).until(() -> proxyServers().stream().allMatch(Server::up));

    assertDone(scale("2"));

    assertThat(running()).containsExactly(1, 2);
    assertThat(hasDatabase(port(2), "shop")).isTrue();
    assertThat(proxyServers()).hasSize(2).allMatch(Server::up);
  }

  @Test
  void oneThatWasOnlyStoppedGetsThemToo() throws Exception {
    behindProxy(2, 1);
    createDatabase(1, "shop");
    long first = deployment.start(1).pid();
    TestData.signal("STOP", first);
    try {
      Process killed = scaleProcess("2", "--timeout=60s");
      await().atMost(LIMIT).until(() -> file("scale.log").contains("pg-deeplake-2 is healthy"));
      killed.destroyForcibly().waitFor();
    } finally {
      TestData.signal("CONT", first);
    }
    assertThat(known()).containsExactly(1);

    assertDone(scale("2"));

    assertThat(hasDatabase(port(2), "shop")).isTrue();
    assertThat(known()).containsExactly(1, 2);
  }
}
