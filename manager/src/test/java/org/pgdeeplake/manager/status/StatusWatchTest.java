package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.terminal.Terminal;

/** A watch goes on until Ctrl-C, which is no failure. */
class StatusWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @AutoClose private final TestData data = new TestData();
  @AutoClose private final AdminStandIn proxy = new AdminStandIn();

  StatusWatchTest() throws IOException {}

  @BeforeEach
  void prepare() throws Exception {
    data.deployment(1);
  }

  private List<String> arguments(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "status",
                "--watch=1",
                "--deployment=local",
                "--data=" + data.path(),
                "--proxy=" + proxy.url(),
                "--port=" + TestData.freePort()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Process process(Path output, String... more) throws IOException {
    return ManagerProcess.of(data.path(), arguments(more).toArray(String[]::new))
        .redirectErrorStream(false)
        .redirectOutput(output.toFile())
        .start();
  }

  @Test
  void asJsonADocumentInEachLineUntilCtrlC() throws Exception {
    Path output = data.path().resolve("output");
    Process watch = process(output, "--output=json");
    try {
      await().atMost(LIMIT).until(() -> Files.readAllLines(output).size() >= 2);
      TestData.signal("INT", watch.pid());
      assertThat(watch.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(watch.exitValue()).isEqualTo(ExitCodes.OK);
    } finally {
      watch.destroyForcibly().waitFor();
    }
    for (String line : Files.readAllLines(output)) {
      var json = new ObjectMapper().readTree(line);
      assertThat(json.at("/instances/0/state").asText()).isEqualTo("stopped");
      assertThat(json.path("time").asText()).contains("T");
    }
  }

  @Test
  void onATerminalInThePlaceOfTheOneBefore() throws Exception {
    assertThat(watchTwice(true))
        .startsWith("\033[H")
        .contains("\033[K\n")
        .endsWith("\033[J")
        .satisfies(out -> assertThat(out.split("\033\\[H", -1)).hasSizeGreaterThanOrEqualTo(3));
  }

  @Test
  void elsewhereOneAfterAnother() throws Exception {
    String out = watchTwice(false);
    assertThat(out).doesNotContain("\033");
    assertThat(out.split("INSTANCE", -1)).hasSizeGreaterThanOrEqualTo(3);
  }

  private String watchTwice(boolean onTerminal) throws Exception {
    Terminal terminal =
        new Terminal(onTerminal, false, false, false, InputStream.nullInputStream());
    FutureTask<Manage> run =
        new FutureTask<>(
            () -> Manage.run(data.path(), Map.of(), terminal, arguments().toArray(String[]::new)));
    Thread watching = Thread.ofPlatform().start(run);
    // Two requests for each look: in the third the second has been printed.
    await().atMost(LIMIT).until(() -> proxy.looks() >= 5);
    watching.interrupt();
    Manage ended = run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended.code()).isEqualTo(ExitCodes.OK);
    return ended.out();
  }
}
