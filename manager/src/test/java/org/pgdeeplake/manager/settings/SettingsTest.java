package org.pgdeeplake.manager.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** {@code .env} means to the manager what it means to Docker Compose; the real environment wins. */
class SettingsTest {
  @TempDir Path project;

  private Settings read(String text, Map<String, String> environment) throws Exception {
    Files.writeString(project.resolve(".env"), text);
    return Settings.read(project, environment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          A=b                | b
          export A=b         | b
          `A = b c # d`      | b c
          A=b#c              | b#c
          A='b # $C'         | b # $C
          A="b # \\"c\\""    | b # "c"
          A="b\\nc"          | `b
          c`
          A=${X:-d}          | d
          A=${OUT:-d}        | outside
          A=$OUT-            | outside-
          A="$$OUT"          | $OUT
          A="\\$OUT"         | $OUT
          A='b'  # c         | b
          A==                | =
          """)
  void values(String line, String value) throws Exception {
    assertThat(read("# c\n\n" + line + "\nB=1\n", Map.of("OUT", "outside")).get("A"))
        .contains(value);
  }

  @Test
  void theEnvironmentWinsUnlessItIsEmpty() throws Exception {
    Settings settings = read("A=file\nB=file\n", Map.of("A", "real", "B", ""));
    assertThat(settings.get("A")).contains("real");
    assertThat(settings.get("B")).contains("file");
    assertThat(settings.get("C")).isEmpty();
  }

  @Test
  void aValueMayHaveLines() throws Exception {
    assertThat(read("A='b\nc'\nD=e", Map.of()).get("A")).contains("b\nc");
  }

  @Test
  void aMistakeIsNamedByItsLineAndNotShown() {
    assertThatThrownBy(() -> read("A=b\nhunter2 is my password\n", Map.of()))
        .isInstanceOf(DeploymentFailed.class)
        .hasMessageContaining(".env:2: no NAME=value")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> read("A='b\nC=d\n", Map.of()))
        .hasMessageContaining(".env:1: the quote");
    assertThatThrownBy(() -> read("A='b'c\n", Map.of())).hasMessageContaining(".env:1: something");
  }

  @Test
  void secretsAreNotPrinted() throws Exception {
    assertThat(read("POSTGRES_PASSWORD=hunter2", Map.of()).toString()).doesNotContain("hunter2");
  }
}
