// reference.conf is the manual: every key in it is read, and every key that is read is in it.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceConfTest {
  private static final String NO_KEY = "qqqqqqqqqqqq";
  private static final String KNOWN_HERE = ": unknown key; known here: ";

  @TempDir private Path directory;

  /** Unknown keys are refused, so a key that nobody reads would show here. */
  @Test
  void everyKeyInItIsRead() {
    assertThat(new ConfigFile(directory, completed()).problems()).isEmpty();
  }

  @Test
  void itsExamplesChangeNoDefault() throws Exception {
    ProxyConfig config = new ConfigFile(directory, completed()).read();
    ProxyConfig defaults =
        new ConfigFile(
                directory,
                """
                proxy.frontends.pg_frontend { bind = "0.0.0.0:5432", default-backend = pg_backends }
                proxy.backends.pg_backends.servers = [ {
                  name = pg-deeplake-1
                  address = "pg-deeplake-1:5432"
                } ]
                """)
            .read();

    assertThat(config).isEqualTo(defaults);
  }

  /** Each section is asked, by a key that nobody can mean, which keys it knows. */
  @Test
  void everyKeyThatIsReadIsInIt() {
    Map<String, Set<String>> documented = new TreeMap<>();
    collect("proxy", ConfigFactory.parseString(completed()).getObject("proxy"), documented);
    inherit(documented, "proxy.frontends.pg_frontend", "proxy.frontend-defaults");
    inherit(documented, "proxy.backends.pg_backends", "proxy.backend-defaults");
    StringBuilder question = new StringBuilder(completed());
    documented.keySet().stream()
        .filter(section -> !section.endsWith("]"))
        .forEach(section -> question.append(section).append('.').append(NO_KEY).append(" = 1\n"));
    String inServer = completedServer();

    Map<String, Set<String>> known = new TreeMap<>();
    for (String text : List.of(question.toString(), inServer)) {
      for (String line : new ConfigFile(directory, text).problems()) {
        int end = line.indexOf("." + NO_KEY + KNOWN_HERE);
        assertThat(end).as(line).isPositive();
        known.put(
            line.substring(line.indexOf(' ') + 1, end),
            new TreeSet<>(List.of(line.substring(line.lastIndexOf(": ") + 2).split(", ", -1))));
      }
    }
    assertThat(known).isEqualTo(documented);
  }

  /** The file with its examples. */
  private static String completed() {
    try (InputStream text = ConfigReader.class.getResourceAsStream("/reference.conf")) {
      return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^( *)#: ", "$1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String completedServer() {
    return completed().replaceFirst("name = pg-deeplake-1", "$0\n" + NO_KEY + " = 1");
  }

  /** The keys of every section; frontends and backends hold names, not keys. */
  private static void collect(
      String path, ConfigObject section, Map<String, Set<String>> documented) {
    Config config = section.toConfig();
    if (!path.equals("proxy.frontends") && !path.equals("proxy.backends")) {
      documented.put(path, new TreeSet<>(section.keySet()));
    }
    section.forEach((key, value) -> {
      if (value instanceof ConfigObject inner) {
        collect(path + "." + key, inner, documented);
      } else if (key.equals("servers") && !config.getList(key).isEmpty()) {
        Set<String> keys = config.getObjectList(key).getFirst().keySet();
        documented.put(path + ".servers[0]", new TreeSet<>(keys));
      }
    });
  }

  /** What can stand in one of the two can stand in the other. */
  private static void inherit(Map<String, Set<String>> documented, String named, String defaults) {
    Set<String> both = Objects.requireNonNull(documented.get(named));
    both.addAll(Objects.requireNonNull(documented.get(defaults)));
    documented.put(defaults, both);
  }
}
