package org.pgdeeplake.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.command.Invocation;
import org.pgdeeplake.manager.command.Termination;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.terminal.Terminal;

/** Every mistake on the command line is one message on stderr and a documented exit code. */
class MainTest {
  /** No test may touch the default directory, even if it gets further than it should. */
  private static final String NOWHERE = "--data=/dev/null/nowhere";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Map<String, String> environment, String... args) {
    return Main.run(
        new Invocation(
            new PrintWriter(out),
            new PrintWriter(err),
            Terminal.none(),
            Path.of(""),
            environment,
            new Termination(false)),
        args);
  }

  @Test
  void withoutArgumentsPrintsHelpAndFails() {
    assertThat(Main.run(new PrintWriter(out), new PrintWriter(err))).isEqualTo(ExitCodes.FAILED);
    assertThat(out.toString()).contains("Usage: manage", "idle-watch", "quickstart");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "idle-watch", "quickstart", "proxy reload"})
  void helpListsTheExitCodes(String command) {
    String[] args = (command + " --help").strip().split(" ", -1);
    assertThat(run(Map.of(), args)).isEqualTo(ExitCodes.OK);
    assertThat(out.toString())
        .contains(("Usage: manage " + command).strip(), "0   done", "2   wrong usage")
        .contains("1   failed", "3   refused", "4   locked", "5   partly");
  }

  @Test
  void whatMayBeASecretIsNotEchoed() {
    int code = run(Map.of(), "rotate-creds", "--aws-session-tokn=S3CR3T", "0TH3R", NOWHERE);
    assertThat(code).isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString())
        .contains("Unknown option: '--aws-session-tokn'")
        .doesNotContain("S3CR3T", "0TH3R");
  }

  @Test
  void completionCompletes(@TempDir Path directory) throws Exception {
    assertThat(run(Map.of(), "completion")).as(err.toString()).isEqualTo(ExitCodes.OK);
    Path script = Files.writeString(directory.resolve("completion.sh"), out.toString());
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + script
                    + "; COMP_WORDS=(manage rot) COMP_CWORD=1; _complete_manage;"
                    + " echo \"${COMPREPLY[@]}\"")
            .redirectErrorStream(true)
            .start();
    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
        .isEqualTo("rotate-creds");
  }

  @Test
  void versionNamesBothPrograms() {
    assertThat(run(Map.of(), "--version")).isEqualTo(ExitCodes.OK);
    assertThat(out.toString()).matches("manage \\d+\\.\\S+ \\(PostgreSQL 18\\.\\S+\\)\\R");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          idle-wach                              | idle-watch
          idle-watch --nonsense                  | --nonsense
          idle-watch --idle 5                    | write it as 30s, 5m or 1h
          idle-watch --idle 0s                   | longer than 0
          idle-watch --deployment swarm          | local
          idle-watch --instances 0               | '--instances': 0 is not between 1 and 100
          idle-watch --instances x               | --instances
          idle-watch --base-port 70000           | '--base-port': 70000 is not between
          idle-watch --proxy 127.0.0.1:8404      | http://HOST:PORT
          idle-watch --proxy ftp://127.0.0.1     | http://HOST:PORT
          quickstart --port 0                    | '--port': 0 is not between 1 and 65535
          quickstart --port 9 --admin-port 9     | must differ
          quickstart --idle soon                 | write it as 30s, 5m or 1h
          quickstart --instances 101             | '--instances': 101 is not between 1 and 100
          """)
  void wrongUsageSaysWhatWouldBeRight(String line, String message) {
    assertThat(run(Map.of(), (line + " " + NOWHERE).split(" +", -1))).isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains(message).doesNotContain("\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "0", "-1", "5m"})
  void theIdleTimeInTheEnvironmentIsCheckedToo(String seconds) {
    assertThat(run(Map.of("IDLE_TIMEOUT_SECONDS", seconds), "idle-watch", NOWHERE))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains("IDLE_TIMEOUT_SECONDS='" + seconds + "'");
  }

  @Test
  void aDataDirectoryThatIsAFileIsOneMessage() throws Exception {
    try (TestData data = new TestData()) {
      String file = data.path().resolve("file").toString();
      Files.createFile(data.path().resolve("file"));
      assertThat(run(Map.of(), "idle-watch", "--deployment=local", "--data", file))
          .isEqualTo(ExitCodes.FAILED);
      assertThat(err.toString()).contains(file).contains("no directory").hasLineCount(1);
    }
  }
}
