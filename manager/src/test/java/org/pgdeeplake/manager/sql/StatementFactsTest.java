// What is told of a statement holds of it: reach, transactions, and the known bugs of pg_deeplake.
package org.pgdeeplake.manager.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementFactsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TABLE t (a int)                                       | true",
        "CREATE TABLE t (a int) USING heap                            | true",
        "CREATE TABLE t (a int) USING deeplake                        | false",
        "CREATE TABLE t (a int) USING \"deeplake\"                    | false",
        "CREATE TABLE t USING deeplake AS SELECT 1                    | false",
        "CREATE TABLE t AS SELECT a FROM b JOIN c USING (a)           | true",
        "CREATE TEMP TABLE t (a int)                                  | false",
        "CREATE OR REPLACE VIEW v AS SELECT 1                         | true",
        "CREATE MATERIALIZED VIEW v AS SELECT 1                       | true",
        "CREATE MATERIALIZED VIEW v USING deeplake AS SELECT 1        | false",
        "CREATE INDEX i ON t USING btree (a)                          | false",
        "ALTER TABLE t ADD b int                                      | false",
      })
  void whatDoesNotTravel(String sql, boolean stays) {
    assertThat(Script.of(sql).parts().getFirst().statement().staysHere()).isEqualTo(stays);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VACUUM",
        "VACUUM (ANALYZE) t",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX DATABASE",
        "REINDEX (CONCURRENTLY) TABLE t",
        "REINDEX INDEX CONCURRENTLY i",
        "CREATE DATABASE d",
        "DROP DATABASE d",
        "ALTER DATABASE \"d\" SET TABLESPACE x",
        "CREATE TABLESPACE x LOCATION '/x'",
        "ALTER SYSTEM RESET ALL",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "DROP SUBSCRIPTION s"
      })
  void mustRunAlone(String sql) {
    assertThat(facts(sql).mustRunAlone()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ANALYZE t",
        "CREATE INDEX i ON t (a)",
        "CREATE INDEX \"CONCURRENTLY\" ON t (a)",
        "ALTER DATABASE d SET work_mem = '1MB'",
        "ALTER TABLE t DETACH PARTITION p",
        "CREATE TABLE vacuum (a int)"
      })
  void mayRunInATransaction(String sql) {
    assertThat(facts(sql).mustRunAlone()).isFalse();
  }

  @Test
  void writesData() {
    assertThat(facts("CREATE TABLE t AS SELECT 1").writesData()).isTrue();
    assertThat(facts("CREATE TABLE t USING deeplake AS TABLE u WITH DATA").writesData()).isTrue();
    assertThat(facts("CREATE TABLE t AS SELECT 1 WITH NO DATA").writesData()).isFalse();
    assertThat(facts("CREATE MATERIALIZED VIEW v AS SELECT 1").writesData()).isTrue();
    assertThat(facts("CREATE VIEW v AS SELECT 1").writesData()).isFalse();
    assertThat(facts("CREATE TABLE t (a text DEFAULT 'AS')").writesData()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRUNCATE t", "ANALYZE", "VACUUM t", "REINDEX TABLE t", "CREATE ROLE r"})
  void hasNothingToCompare(String sql) {
    assertThat(facts(sql).comparable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE USER u",
        "ALTER DATABASE d RENAME TO e",
        "GRANT a TO b",
        "GRANT CONNECT ON DATABASE d TO u",
        "COMMENT ON DATABASE d IS 'x'",
        "ALTER SYSTEM SET work_mem = '1MB'"
      })
  void isOfThisInstanceOnly(String sql) {
    assertThat(facts(sql).instanceOnly()).isTrue();
    assertThat(facts(sql).warnings()).singleElement().asString().contains("this instance only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GRANT SELECT ON database TO u",
        "GRANT SELECT ON TABLE t TO u",
        "COMMENT ON TABLE database IS 'x'",
        "CREATE USER MAPPING FOR u SERVER s",
        "CREATE TABLE role (a int)",
        "DROP SCHEMA s",
        "DROP EXTENSION hstore",
        "DROP VIEW v",
        "CREATE TABLE t (a varchar(10), b varchar, c \"char\", char int, d text DEFAULT 'char(1)')",
        "ALTER TABLE t DROP COLUMN char",
        "CREATE TABLE template (a int)"
      })
  void nothingToWarnOf(String sql) {
    assertThat(facts(sql).warnings()).isEmpty();
    assertThat(facts(sql).instanceOnly()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE t",
        "drop table if exists a, b cascade",
        "DROP SCHEMA s CASCADE",
        "DROP EXTENSION IF EXISTS hstore, \"pg_deeplake\"",
        "DROP EXTENSION Pg_DeepLake CASCADE",
        "DROP OWNED BY u"
      })
  void warnsOfDrop(String sql) {
    assertThat(facts(sql).warnings()).singleElement().asString().contains("crash", "fresh S3 path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (a varchar(1))",
        "CREATE TABLE t (a pg_catalog.varchar ( 1 ))",
        "CREATE TABLE t (a character varying(1))",
        "CREATE TABLE t (a char /* ; */ varying -- (2)\n (1))",
        "CREATE TABLE t (a char(1) NOT NULL)",
        "CREATE TABLE t (a int, b CHAR)",
        "CREATE TABLE t (\"b\" character DEFAULT 'x')",
        "ALTER TABLE t ADD COLUMN a nchar",
        "ALTER TABLE t ALTER COLUMN a TYPE national character varying (1)",
        "CREATE TABLE t AS SELECT a::varchar(1) FROM u"
      })
  void warnsOfOneCharacter(String sql) {
    assertThat(facts(sql).warnings()).singleElement().asString().contains("another type", "text");
  }

  @Test
  void warnsOfTheRest() {
    assertThat(facts("CREATE DATABASE d").warnings())
        .singleElement()
        .asString()
        .contains("provision-db");
    assertThat(facts("DROP DATABASE d").warnings()).hasSize(2);
    assertThat(facts("CREATE TEMP TABLE t (a int)").warnings())
        .singleElement()
        .asString()
        .contains("temporary");
  }

  @Test
  void whoForcesIsWarnedToo() {
    assertThat(DdlGuard.warnings("BEGIN; DROP TABLE t; DROP TABLE u; COPY t FROM STDIN; COMMIT"))
        .satisfiesExactly(
            drop -> assertThat(drop).contains("DROP TABLE", "crash"),
            copy -> assertThat(copy).contains("COPY", "PG_DEEPLAKE_MEMORY_LIMIT_MB"));
    assertThat(DdlGuard.warnings("DROP TABLE 'x")).isEmpty();
  }

  private static StatementFacts facts(String sql) {
    return switch (DdlGuard.check(sql)) {
      case Verdict.Allowed(StatementFacts statement) -> statement;
      case Verdict.Refused(String reason) -> throw new AssertionError(sql + ": " + reason);
    };
  }
}
