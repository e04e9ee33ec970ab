// A quoted name means that name; what PostgreSQL would cut or cannot hold is no name.
package org.pgdeeplake.manager.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  @Test
  void quotes() {
    assertThat(Identifiers.quote("a\"b")).isEqualTo("\"a\"\"b\"");
    assertThat(Identifiers.quote("Select")).isEqualTo("\"Select\"");
    assertThat(Identifiers.quote("\"; DROP TABLE t; --")).isEqualTo("\"\"\"; DROP TABLE t; --\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tpch", "Ünïcode", "with space", "a\"b", "-x"})
  void namesOfDatabases(String name) {
    assertThat(Identifiers.requireDatabaseName(name)).isEqualTo(name);
  }

  @Test
  void countsBytes() {
    assertThat(Identifiers.requireDatabaseName("x".repeat(63))).hasSize(63);
    assertThatThrownBy(() -> Identifiers.requireDatabaseName("x".repeat(64)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("64 bytes", "at most 63");
    assertThatThrownBy(() -> Identifiers.quote("é".repeat(32))).hasMessageContaining("64 bytes");
  }

  @Test
  void refuses() {
    assertThatThrownBy(() -> Identifiers.requireDatabaseName("")).hasMessageContaining("empty");
    assertThatThrownBy(() -> Identifiers.requireDatabaseName("a\0")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> Identifiers.requireDatabaseName("a\nb"))
        .hasMessageContainingAll("control character", "the character 2");
    assertThatThrownBy(() -> Identifiers.quote("\ud800")).hasMessageContaining("Unicode");
  }
}
