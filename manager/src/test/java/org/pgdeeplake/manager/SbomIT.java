package org.pgdeeplake.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The SBOM beside the libraries names each of them and nothing else, and so does
 * docs/dependencies.md, with version and license.
 */
class SbomIT {
  private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Pattern PURL =
      Pattern.compile("\"purl\" : \"pkg:maven/([^/]+)/([^@]+)@([^?]+)\\?([^\"]*)\"");
  private static final Pattern CLASSIFIER = Pattern.compile("classifier=([^&]+)");

  /** A row of the document: group, artifacts, version, license, modules. */
  private static final Pattern ROW =
      Pattern.compile("\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|.*");

  private static Path libraries(String module) {
    return BASE.resolveSibling(module).resolve("target/lib");
  }

  /** By file name of the jar: what the SBOM says of it. */
  private static Map<String, String> components(Path libraries) throws IOException {
    Map<String, String> components = new TreeMap<>();
    String sbom = Files.readString(libraries.resolve("sbom.cdx.json"));
    // Not the tools that made it, which have no bom-ref.
    String[] parts = sbom.split("\"type\" : \"library\",\\s+\"bom-ref\"", -1);
    for (int i = 1; i < parts.length; i++) {
      Matcher purl = PURL.matcher(parts[i]);
      assertThat(purl.find()).as(parts[i]).isTrue();
      Matcher classifier = CLASSIFIER.matcher(purl.group(4));
      String end = classifier.find() ? "-" + classifier.group(1) : "";
      components.put(purl.group(2) + "-" + purl.group(3) + end + ".jar", parts[i]);
    }
    return components;
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy", "manager"})
  void itNamesTheLibrariesAndNothingElse(String module) throws IOException {
    Path libraries = libraries(module);
    try (Stream<Path> files = Files.list(libraries)) {
      assertThat(components(libraries).keySet())
          .isEqualTo(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".jar"))
                  .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  /** Whoever adds a library says in the document why. */
  @ParameterizedTest
  @ValueSource(strings = {"proxy", "manager"})
  void theDocumentNamesThemToo(String module) throws IOException {
    Map<String, String> documented = new TreeMap<>();
    for (String line : Files.readAllLines(BASE.resolveSibling("docs/dependencies.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches() && row.group(5).contains(module)) {
        for (String artifact : row.group(2).split(", ", -1)) {
          documented.put(row.group(1) + ":" + artifact + ":" + row.group(3), row.group(4));
        }
      }
    }
    Map<String, String> components = new TreeMap<>();
    for (String component : components(libraries(module)).values()) {
      Matcher purl = PURL.matcher(component);
      assertThat(purl.find()).isTrue();
      components.put(purl.group(1) + ":" + purl.group(2) + ":" + purl.group(3), component);
    }
    assertThat(documented.keySet()).isEqualTo(components.keySet());
    documented.forEach((name, license) ->
        assertThat(components.get(name))
            .as("the license of " + name)
            .contains('"' + license + '"'));
  }
}
