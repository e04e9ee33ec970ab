package org.pgdeeplake.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.command.ExitCodes;

/** {@code manage completion} makes a script that bash takes and that knows the commands. */
class CompletionTest {
  @TempDir private Path directory;

  @Test
  @NeedsProgram("bash")
  void completesCommandsAndOptions() throws Exception {
    Manage made = Manage.run(directory, Map.of(), "completion");
    assertThat(made.code()).as(made.err()).isEqualTo(ExitCodes.OK);
    Path script = Files.writeString(directory.resolve("completion"), made.out());
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                """
                set -e; source "$0"
                compopt() { :; }  # bash's own works only while somebody types
                complete -p manage
                COMP_WORDS=(manage ro); COMP_CWORD=1; COMP_LINE='manage ro'; COMP_POINT=9
                _complete_manage; echo "${COMPREPLY[@]}"
                COMP_WORDS=(manage run-ddl --prop); COMP_CWORD=2
                _complete_manage; echo "${COMPREPLY[@]}"
                """,
                script.toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    assertThat(said).contains("-F _complete_manage", "rotate-creds", "--propagation-timeout");
  }
}
