// Helm's own linter has nothing to say, strictly, about the chart with its defaults and with each
// example's values.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class LintTest {
  @Test
  void theChart() {
    LintResult result = Chart.lint(Chart.DIRECTORY);
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"beta", "production"})
  void withAnExample(String name, @TempDir Path directory) throws Exception {
    Chart.copyTo(directory);
    Path values = directory.resolve("values.yaml");
    Files.writeString(
        values,
        dump(
            merged(
                load(Chart.read(values)),
                load(Chart.read(Chart.DIRECTORY.resolve("examples/" + name + ".yaml"))))));
    LintResult result = Chart.lint(directory);
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
  }

  @Test
  void theApplicationOfArgoCdHasValuesThatRenderTheSameEachTime() {
    Map<?, ?> application = load(Chart.read(Chart.DIRECTORY.resolve("examples/argocd.yaml")));
    Map<?, ?> source = map(map(application.get("spec")).get("source"));
    assertThat(Chart.ROOT.resolve(String.valueOf(source.get("path")))).isDirectory();
    String values = dump(map(map(source.get("helm")).get("valuesObject")));
    Rendered rendered = Chart.render(values);
    assertThat(rendered.objects()).isEqualTo(Chart.render(values).objects());
    assertThat(rendered.has("ScaledObject/pg-deeplake")).isTrue();
  }

  private static Map<?, ?> load(String yaml) {
    return map(new Load(LoadSettings.builder().build()).loadFromReader(new StringReader(yaml)));
  }

  private static String dump(Map<?, ?> values) {
    return new Dump(DumpSettings.builder().build()).dumpToString(values);
  }

  private static Map<?, ?> map(@org.jspecify.annotations.Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
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
