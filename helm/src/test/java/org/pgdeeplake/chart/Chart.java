package org.pgdeeplake.chart;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The chart, rendered as {@code helm template} does: release pg-deeplake in namespace db. */
final class Chart {
  static final Path DIRECTORY = Path.of("pg-deeplake").toAbsolutePath();
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final String NAMESPACE = "db";

  private Chart() {}

  /**
   * @param values YAML, over the defaults; each over those before it
   */
  static Rendered render(String... values) {
    return render(DIRECTORY, "pg-deeplake", values);
  }

  static Rendered example(String name) {
    return render(Yaml.dump(exampleValues(name)));
  }

  /** Argo CD's are in its Application. */
  static Map<?, ?> exampleValues(String name) {
    Map<?, ?> file = Yaml.load(read(DIRECTORY.resolve("examples").resolve(name + ".yaml")));
    return "Application".equals(file.get("kind"))
        ? Yaml.map(file, "spec", "source", "helm", "valuesObject")
        : file;
  }

  static Rendered render(Path chart, String release, String... values) {
    List<Path> files = new ArrayList<>();
    try {
      TemplateCommand command =
          new Helm(chart).template().withName(release).withNamespace(NAMESPACE);
      for (String text : values) {
        Path file = Files.writeString(Files.createTempFile("values", ".yaml"), text);
        files.add(file);
        command.withValuesFile(file);
      }
      return new Rendered(command.call());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      files.forEach(Chart::delete);
    }
  }

  static LintResult lint(Path chart) {
    return new Helm(chart).lint().strict().call();
  }

  /** For what Helm does with a chart's own values only. */
  static void copyTo(Path target) throws IOException {
    Files.walkFileTree(
        DIRECTORY,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path copy = target.resolve(DIRECTORY.relativize(file).toString());
            Files.createDirectories(copy.resolveSibling("."));
            Files.copy(file, copy);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
