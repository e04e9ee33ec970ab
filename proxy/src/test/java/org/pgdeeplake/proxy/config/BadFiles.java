package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad files, and the lines with which they are refused: {@code badFiles()} of each test. */
abstract class BadFiles {
  static final String FRONTEND =
      "proxy.frontends.f { bind = \"0.0.0.0:5432\", default-backend = b }\n";
  private static final String BACKEND = "proxy.backends.b {}\n";
  static final String VALID = FRONTEND + BACKEND;

  @TempDir Path directory;

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void isRefusedWithTheseLines(String rule, String text, String expected) {
    assertThat(new ConfigFile(directory, text).problems())
        .as(rule)
        .isEqualTo(expected.lines().toList());
  }

  /** A valid file and, from its third line, something bad. */
  static Arguments added(String rule, String text, String expected) {
    return arguments(rule, VALID + text, expected);
  }
}
