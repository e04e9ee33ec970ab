package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.StandInExtension;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.terminal.Terminal;

/** Two local instances, and what a proxy before them tells; clients reach the first of them. */
abstract class StatusScene {
  static final Duration LIMIT = Duration.ofSeconds(30);
  static final String PATH = "s3://bucket/tpch/";

  static TestData data;
  static LocalDeployment deployment;
  private static List<Instance> instances;
  static StandInExtension extension;
  static AdminStandIn proxy;

  @BeforeAll
  static void prepare() throws Exception {
    data = new TestData();
    deployment = data.deployment(2);
    instances = deployment.instances();
    extension = new StandInExtension(data);
    proxy = new AdminStandIn();
  }

  @AfterAll
  static void end() throws Exception {
    proxy.close();
    data.close();
  }

  @BeforeEach
  void start() throws Exception {
    deployment.start(1);
    deployment.start(2);
    proxy.both();
    // Nobody has said how many should run.
    Files.deleteIfExists(data.path().resolve(".instance_count"));
  }

  @AfterEach
  void removeExtension() throws Exception {
    start();
    StandInExtension.remove(port(1));
    StandInExtension.remove(port(2));
  }

  static int port(int ordinal) {
    return instances.get(ordinal - 1).port();
  }

  static void install() throws Exception {
    extension.install(port(1), PATH);
    extension.install(port(2), PATH);
  }

  /** Clients reach instance 1 where the proxy should be. */
  static Manage status(Map<String, String> environment, Terminal terminal, String... more) {
    List<String> args =
        new ArrayList<>(List.of("status", "--deployment=local", "--data=" + data.path()));
    args.addAll(List.of(more));
    Map<String, String> all =
        new HashMap<>(Map.of("PROXY_ADMIN_URL", proxy.url(), "PROXY_PORT", "" + port(1)));
    all.putAll(environment);
    return Manage.run(data.path(), all, terminal, args.toArray(String[]::new));
  }

  static Manage status(String... more) {
    return status(Map.of(), Terminal.none(), more);
  }

  static String lastLine(Manage run) {
    return run.out().lines().toList().getLast();
  }

  static void assertTrouble(Manage run, String... words) {
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(lastLine(run)).startsWith("trouble: ").contains(words);
  }
}
