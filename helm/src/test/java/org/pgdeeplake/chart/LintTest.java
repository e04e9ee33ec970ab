// Helm's own linter has nothing to say, strictly, about the chart with its defaults and with each
// example's values.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LintTest {
  @Test
  void theChart() {
    LintResult result = Chart.lint(Chart.DIRECTORY);
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"beta", "production", "argocd"})
  void withAnExample(String name, @TempDir Path directory) throws Exception {
    Chart.copyTo(directory);
    Path values = directory.resolve("values.yaml");
    Files.writeString(
        values, Yaml.dump(merged(Yaml.load(Chart.read(values)), Chart.exampleValues(name))));
    LintResult result = Chart.lint(directory);
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
  }

  @Test
  void theApplicationOfArgoCdHasValuesThatRenderTheSameEachTime() {
    Map<?, ?> application = Yaml.load(Chart.read(Chart.DIRECTORY.resolve("examples/argocd.yaml")));
    Map<?, ?> source = Yaml.map(application, "spec", "source");
    assertThat(Chart.ROOT.resolve(String.valueOf(source.get("path")))).isDirectory();
    Rendered rendered = Chart.example("argocd");
    assertThat(rendered.objects()).isEqualTo(Chart.example("argocd").objects());
    assertThat(rendered.has("ScaledObject/pg-deeplake")).isTrue();
  }

  private static Map<Object, Object> merged(Map<?, ?> below, Map<?, ?> above) {
    Map<Object, Object> merged = new LinkedHashMap<>(below);
    above.forEach((key, value) ->
        merged.merge(
            key,
            value,
            (old, young) ->
                old instanceof Map<?, ?> a && young instanceof Map<?, ?> b ? merged(a, b) : young));
    return merged;
  }
}
