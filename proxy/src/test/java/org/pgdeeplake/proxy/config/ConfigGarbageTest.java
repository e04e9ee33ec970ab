// Whatever is in the file, the answer is a configuration or a ConfigException that names the file.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class ConfigGarbageTest {
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          "=",
          ":",
          "+=",
          ",",
          "\n",
          " ",
          "#",
          "//",
          "\"",
          "\"\"\"",
          "\\",
          "\\u",
          "$",
          "${",
          "${?",
          "}",
          ".",
          "..",
          "null",
          "true",
          "off",
          "0",
          "-1",
          "1e999",
          "99999999999999999999",
          "0.0.0.0",
          "\"[::1]:5432\"",
          "\"h:1\"",
          "120s",
          "120",
          "-5ms",
          "include",
          "include \"x\"",
          "required(",
          "proxy",
          "proxy.",
          "proxy {",
          "frontends",
          "frontends { f {",
          "bind",
          "default-backend",
          "backends",
          "backends { b {",
          "servers",
          "servers = [ {",
          "name",
          "address",
          "check",
          "inter",
          "timeouts",
          "threads",
          "admin",
          "frontend-defaults",
          "backend-defaults",
          "a",
          "é",
          "\u0000",
          "\u2028",
          "\uFFFF",
          "\uD800");

  private static @Nullable Path directory;

  @BeforeContainer
  static void createDirectory() throws IOException {
    directory = Files.createTempDirectory("garbage");
    Files.copy(Path.of("../config/servers.conf"), directory.resolve("servers.conf"));
  }

  @AfterContainer
  static void deleteDirectory() throws IOException {
    Path created = Objects.requireNonNull(directory);
    Files.deleteIfExists(created.resolve("proxy.conf"));
    Files.deleteIfExists(created.resolve("servers.conf"));
    Files.delete(created);
  }

  @Property(tries = 500)
  void anyText(@ForAll String text) throws IOException {
    isReadOrRefused(text);
  }

  @Property(tries = 1500)
  void anyTokens(@ForAll("tokens") String text) throws IOException {
    isReadOrRefused(text);
  }

  @Property(tries = 1500)
  void aValidFileWithDamage(@ForAll("damaged") String text) throws IOException {
    isReadOrRefused(text);
  }

  @Provide
  Arbitrary<String> tokens() {
    return Arbitraries.of(TOKENS).list().ofMaxSize(40).map(tokens -> String.join("", tokens));
  }

  /** A piece of the file for compose is replaced by some tokens. */
  @Provide
  Arbitrary<String> damaged() throws IOException {
    String valid = Files.readString(Path.of("../config/proxy.conf")).replaceAll("#.*", "");
    Arbitrary<String> damage =
        Arbitraries.of(TOKENS).list().ofMaxSize(4).map(tokens -> String.join("", tokens));
    return Combinators.combine(
            Arbitraries.integers().between(0, valid.length()),
            Arbitraries.integers().between(0, 12),
            damage)
        .as((start, length, text) ->
            valid.substring(0, start)
                + text
                + valid.substring(Math.min(valid.length(), start + length)));
  }

  private static void isReadOrRefused(String text) throws IOException {
    Path file = Objects.requireNonNull(directory).resolve("proxy.conf");
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    try {
      ProxyConfig config = ConfigReader.read(file);
      assertThat(config.frontends()).isNotEmpty();
    } catch (ConfigException e) {
      assertThat(e.getMessage().lines())
          .hasSize(e.problems())
          .allSatisfy(
              line -> assertThat(line).contains(": ").containsPattern("(proxy|servers)[.]conf"));
    }
  }
}
