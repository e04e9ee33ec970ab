package org.pgdeeplake.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.Subprocess;
import org.pgdeeplake.manager.local.TestData;

/** What only a process of its own shows: signals, exit codes, locks, children. */
class ProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @AutoClose private final TestData data = new TestData();
  private final List<Process> children = new ArrayList<>();
  private final Path output = data.path().resolve("output");

  @AfterEach
  void endChildren() throws Exception {
    for (Process child : children) {
      child.descendants().forEach(ProcessHandle::destroyForcibly);
      child.destroyForcibly().waitFor();
    }
  }

  private Process manage(String... args) throws IOException {
    Process child =
        ManagerProcess.of(data.path(), args)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    children.add(child);
    return child;
  }

  private Process idleWatch(ProxyStandIn proxy, int port) throws IOException {
    return manage(
        "idle-watch",
        "--deployment=local",
        "--instances=1",
        "--data=" + data.path(),
        "--base-port=" + (port - 1),
        "--proxy=" + proxy.uri(),
        "--idle=1h");
  }

  private void awaitOutput(String text) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(Files.readString(output)).contains(text));
  }

  private OptionalInt runningPort() {
    return LocalDeployment.runningPort(data.path(), 1);
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void sigtermStopsTheInstancesAndEndsWithZero() throws Exception {
    int port = TestData.freePort();
    try (ProxyStandIn proxy = new ProxyStandIn(0)) {
      Process manager = idleWatch(proxy, port);
      awaitOutput("Following the demand");
      proxy.demand(1);
      awaitOutput("pg-deeplake-1 started");
      assertThat(runningPort()).hasValue(port);

      manager.destroy();

      assertThat(end(manager)).isEqualTo(ExitCodes.OK);
      assertThat(runningPort()).isEmpty();
      assertThat(Files.readString(output)).contains("pg-deeplake-1 stopped");
    }
  }

  @Test
  void aSecondManagerIsToldWhoIsThere() throws Exception {
    try (ProxyStandIn proxy = new ProxyStandIn(0)) {
      Process first = idleWatch(proxy, TestData.freePort());
      awaitOutput("Following the demand");
      StringWriter err = new StringWriter();

      int code =
          Main.run(
              new PrintWriter(new StringWriter()),
              new PrintWriter(err),
              "idle-watch",
              "--deployment=local",
              "--data=" + data.path());

      assertThat(code).isEqualTo(ExitCodes.LOCKED);
      assertThat(err.toString()).contains("idle-watch (pid " + first.pid() + ")", "--data");
    }
  }

  @Test
  void theLockDiesWithItsHolderAndTheServerIsTakenOver() throws Exception {
    int port = TestData.freePort();
    try (ProxyStandIn proxy = new ProxyStandIn(0)) {
      proxy.demand(1);
      Process killed = idleWatch(proxy, port);
      awaitOutput("pg-deeplake-1 started");
      killed.destroyForcibly().waitFor();
      assertThat(runningPort()).hasValue(port);

      Process next = idleWatch(proxy, port);

      awaitOutput("taken over");
      next.destroy();
      assertThat(end(next)).isEqualTo(ExitCodes.OK);
      assertThat(runningPort()).isEmpty();
    }
  }

  private Process quickstart(int port, int adminPort) throws IOException {
    Path launcher = data.path().resolve("bin").resolve("pg-proxy");
    Files.createDirectories(launcher.getParent());
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec \"$JAVA_HOME/bin/java\" -cp '%s' %s \"$@\"\n"
            .formatted(System.getProperty("java.class.path"), ProxyStandIn.class.getName()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    return manage(
        "quickstart", "--data=" + data.path(), "--port=" + port, "--admin-port=" + adminPort);
  }

  private static void demand(int adminPort, int waiting) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/demand/" + waiting))
              .build(),
          BodyHandlers.discarding());
    }
  }

  @Test
  void quickstartBeginsAtZeroWakesAndTakesEverythingWithIt() throws Exception {
    int port = TestData.freePort();
    int adminPort = TestData.freePort();
    Process quickstart = quickstart(port, adminPort);
    awaitOutput("Following the demand");
    assertThat(Files.readString(output))
        .contains("no PostgreSQL is running", "psql -h 127.0.0.1 -p " + port + " -U postgres");
    assertThat(runningPort()).isEmpty();
    demand(adminPort, 1);
    awaitOutput("pg-deeplake-1 started");
    ProcessHandle proxy = quickstart.children().filter(this::isProxy).findFirst().orElseThrow();

    quickstart.destroy();

    assertThat(end(quickstart)).isEqualTo(ExitCodes.OK);
    assertThat(proxy.isAlive()).isFalse();
    assertThat(runningPort()).isEmpty();
  }

  @Test
  void quickstartEndsWithTheProxysExitCode() throws Exception {
    int adminPort = TestData.freePort();
    Process quickstart = quickstart(TestData.freePort(), adminPort);
    awaitOutput("Following the demand");
    demand(adminPort, 1);
    awaitOutput("pg-deeplake-1 started");

    quickstart.children().filter(this::isProxy).forEach(ProcessHandle::destroyForcibly);

    assertThat(end(quickstart)).isEqualTo(128 + 9);
    assertThat(runningPort()).isEmpty();
    assertThat(Files.readString(output)).contains("The proxy ended by itself");
  }

  @Test
  void quickstartReplacesTheProxyOfAKilledOne() throws Exception {
    int port = TestData.freePort();
    int adminPort = TestData.freePort();
    Process killed = quickstart(port, adminPort);
    awaitOutput("Following the demand");
    ProcessHandle proxy = killed.children().filter(this::isProxy).findFirst().orElseThrow();
    killed.destroyForcibly().waitFor();
    assertThat(proxy.isAlive()).isTrue();
    Files.writeString(output, "");

    Process next = quickstart(port, adminPort);

    awaitOutput("Following the demand");
    assertThat(Subprocess.runs(proxy)).isFalse();
    next.destroy();
    assertThat(end(next)).isEqualTo(ExitCodes.OK);
  }

  /**
   * By its program: only the first 4 KiB of a command line can be read, and its class path is
   * longer.
   */
  private boolean isProxy(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("/java");
  }

  @Test
  void quickstartNamesTheOptionForAPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int free = TestData.freePort();
      int used = taken.getLocalPort();
      assertThat(end(quickstart(used, free))).isEqualTo(ExitCodes.FAILED);
      assertThat(Files.readString(output))
          .contains("127.0.0.1:" + used, "another port with --port");
      Files.writeString(output, "");
      assertThat(end(quickstart(free, used))).isEqualTo(ExitCodes.FAILED);
      assertThat(Files.readString(output)).contains("127.0.0.1:" + used, "with --admin-port");
      assertThat(data.path().resolve("pg-deeplake-1")).doesNotExist();
      assertThat(data.path().resolve("proxy.conf")).doesNotExist();
    }
  }
}
