// NOTES.txt says how to connect, warns of what is dangerous, and of values by their old name.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotesTest {
  @TempDir Path directory;

  /** Helm's template command leaves NOTES.txt out: here it is a template like any other. */
  private String notes(String values) throws Exception {
    Chart.copyTo(directory);
    Path notes = directory.resolve("templates/NOTES.txt");
    Files.writeString(
        directory.resolve("templates/_notes.tpl"),
        "{{- define \"notes\" }}" + Chart.read(notes) + "{{ end }}");
    Files.writeString(
        directory.resolve("templates/notes.yaml"),
        """
        apiVersion: v1
        kind: Notes
        metadata: {name: notes}
        text: {{ include "notes" . | toJson }}
        """);
    Rendered rendered = Chart.render(directory, "pg-deeplake", values);
    return Rendered.text(rendered.get("Notes/notes"), "text");
  }

  @Test
  void theySayHowToConnect() throws Exception {
    assertThat(notes("deeplake: {rootPath: s3://b/}"))
        .contains(
            "get service pg-deeplake-proxy", "sslmode=require", "create secret tls pg-deeplake-tls")
        .doesNotContain("WARNING");
  }

  @Test
  void haproxysValuesAreWarnedOf() throws Exception {
    assertThat(notes(Combinations.HAPROXY + "deeplake: {rootPath: s3://b/}"))
        .contains("WARNING: `haproxy` is now called `proxy`")
        .contains("Taken over: queueTimeout, replicaCount, resources, service, stats.")
        .contains("Ignored: image.");
  }

  @Test
  void whatIsDangerousIsWarnedOf() throws Exception {
    assertThat(notes("{postgres: {password: postgres}, tls: {enabled: false}}"))
        .contains("everybody tries first", "plain text", "loses it with its pod");
  }
}
