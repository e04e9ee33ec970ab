// Two databases with the same schema read the same, and every DDL of a user makes a difference.
package org.pgdeeplake.manager.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

class CatalogSnapshotTest {
  /** In this order; each must be seen. */
  private static final List<String> VISIBLE =
      List.of(
          "CREATE SCHEMA s",
          "CREATE TABLE s.t (a int, b text DEFAULT 'x;y', c numeric(8, 2) NOT NULL)",
          "CREATE TABLE s.\"T 2\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz)",
          "CREATE TABLE made AS SELECT 1 AS one",
          "ALTER TABLE s.t ADD COLUMN d date DEFAULT '2020-01-01'",
          "ALTER TABLE s.t ALTER COLUMN a TYPE bigint",
          "ALTER TABLE s.t ALTER COLUMN a SET NOT NULL",
          "ALTER TABLE s.t DROP COLUMN b",
          "ALTER TABLE s.t RENAME COLUMN c TO price",
          "ALTER TABLE s.t ADD CONSTRAINT positive CHECK (price > 0) NOT VALID",
          "ALTER TABLE s.t VALIDATE CONSTRAINT positive",
          "ALTER TABLE s.t SET (fillfactor = 70)",
          "ALTER TABLE s.t SET UNLOGGED",
          "ALTER TABLE s.t ENABLE ROW LEVEL SECURITY",
          "ALTER TABLE s.t ALTER COLUMN d SET STATISTICS 5",
          "CREATE POLICY mine ON s.t FOR SELECT TO PUBLIC USING (price > 1)",
          "CREATE INDEX i ON s.t (price DESC) WHERE a > 5",
          "CREATE INDEX CONCURRENTLY j ON s.t (a)",
          "CREATE STATISTICS s.st ON a, d FROM s.t",
          "CREATE VIEW v AS SELECT a FROM s.t",
          "CREATE OR REPLACE VIEW v AS SELECT a + 1 - 1 AS a FROM s.t",
          "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS x WITH NO DATA",
          "CREATE FUNCTION f(x int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT x'",
          "CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; END",
          "CREATE FUNCTION tg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
          "CREATE PROCEDURE p() LANGUAGE sql AS ''",
          "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
          "CREATE TRIGGER tr BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION tg()",
          "ALTER TABLE s.t DISABLE TRIGGER tr",
          "CREATE RULE r AS ON DELETE TO s.t DO INSTEAD NOTHING",
          "CREATE SEQUENCE q INCREMENT 5",
          "ALTER SEQUENCE q CYCLE",
          "CREATE TYPE mood AS ENUM ('sad', 'ok')",
          "ALTER TYPE mood ADD VALUE 'happy' AFTER 'sad'",
          "CREATE DOMAIN positive_int AS int CHECK (VALUE > 0)",
          "CREATE TYPE pair AS (a int, b text)",
          "CREATE TYPE span AS RANGE (subtype = float8)",
          "CREATE TABLE parent (k int) PARTITION BY RANGE (k)",
          "CREATE TABLE child PARTITION OF parent FOR VALUES FROM (1) TO (5)",
          "ALTER TABLE parent DETACH PARTITION child CONCURRENTLY",
          "CREATE FOREIGN DATA WRAPPER w",
          "CREATE SERVER srv FOREIGN DATA WRAPPER w",
          "CREATE FOREIGN TABLE ft (a int) SERVER srv",
          "CREATE PUBLICATION pub FOR TABLE made",
          "CREATE COLLATION coll (provider = builtin, locale = 'C.UTF-8')",
          "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)",
          "COMMENT ON TABLE s.t IS 'all of it'",
          "COMMENT ON COLUMN s.t.a IS 'a column'",
          "COMMENT ON SCHEMA public IS 'shared'",
          "COMMENT ON FUNCTION f(int) IS 'a function'",
          "GRANT SELECT ON s.t TO PUBLIC",
          "GRANT UPDATE (a) ON s.t TO PUBLIC",
          "GRANT CREATE ON SCHEMA public TO PUBLIC",
          "REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC",
          "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC",
          "DROP EXTENSION plpgsql CASCADE",
          "CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler",
          "CREATE TABLE other (a int) USING am");

  private static final TestData data = new TestData();
  private static int port;

  private Connection one;
  private Connection two;

  @BeforeAll
  static void start() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    port = deployment.instances().getFirst().port();
  }

  @AfterAll
  static void stop() throws Exception {
    data.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    try (Connection postgres = TestData.connect(port)) {
      for (String name : List.of("one", "two")) {
        execute(postgres, "DROP DATABASE IF EXISTS " + name);
        execute(postgres, "CREATE DATABASE " + name);
      }
    }
    one = connectTo("one");
    two = connectTo("two");
  }

  @AfterEach
  void disconnect() throws SQLException {
    one.close();
    two.close();
  }

  @Test
  void everyStatementIsSeenAndTwoDatabasesWithTheSameReadTheSame() throws SQLException {
    // Other OIDs and other column numbers than in the first.
    execute(two, "CREATE TABLE before (a int)");
    execute(two, "DROP TABLE before");
    CatalogSnapshot before = CatalogSnapshot.read(one);
    for (String sql : VISIBLE) {
      execute(one, sql);
      CatalogSnapshot after = CatalogSnapshot.read(one);
      CatalogDifference done = CatalogDifference.between(before, after);
      assertThat(done.isEmpty()).as(sql).isFalse();
      assertThat(done.outstandingIn(CatalogSnapshot.read(two)).isEmpty()).as(sql).isFalse();
      execute(two, sql);
      CatalogSnapshot other = CatalogSnapshot.read(two);
      assertThat(done.outstandingIn(other).inWords(3)).as(sql).isEqualTo("no difference");
      assertThat(other.lines()).as(sql).isEqualTo(after.lines());
      before = after;
    }
    assertThat(before.lines()).noneMatch(line -> line.matches(".*\\b(pg_toast|pg_temp).*"));
  }

  @Test
  void anEmptyDatabaseHasNextToNothing() throws SQLException {
    assertThat(CatalogSnapshot.read(one).objects())
        .containsOnlyKeys("schema public", "privileges on schema public", "extension plpgsql");
  }

  @Test
  void whatIsNotOfTheSchemaMakesNoDifference() throws SQLException {
    execute(one, "CREATE TABLE t (a int); CREATE SEQUENCE q; CREATE INDEX i ON t (a)");
    execute(one, "CREATE TABLE pg_deeplake_like (a int); DROP TABLE pg_deeplake_like");
    CatalogSnapshot before = CatalogSnapshot.read(one);
    for (String sql :
        List.of(
            "INSERT INTO t SELECT generate_series(1, 1000)",
            "ANALYZE t",
            "VACUUM FULL t",
            "REINDEX TABLE t",
            "TRUNCATE t",
            "SELECT nextval('q')",
            "CREATE TEMP TABLE gone (a int PRIMARY KEY, b serial)",
            "COMMENT ON TABLE gone IS 'x'",
            "CREATE FUNCTION pg_temp.f() RETURNS int RETURN 1",
            "CREATE TYPE pg_temp.e AS ENUM ('a')",
            "CREATE TABLE pg_deeplake_tables (a int)",
            "GRANT SELECT ON t TO PUBLIC; REVOKE SELECT ON t FROM PUBLIC",
            "SET search_path = pg_temp; SET timezone = 'Asia/Tokyo'; SET quote_all_identifiers = on")) {
      execute(one, sql);
      assertThat(CatalogDifference.between(before, CatalogSnapshot.read(one)).inWords(3))
          .as(sql)
          .isEqualTo("no difference");
    }
  }

  @Test
  void aDropIsVisibleWhenTheObjectIsGone() throws SQLException {
    for (Connection connection : List.of(one, two)) {
      execute(connection, "CREATE TABLE t (a int)");
    }
    execute(two, "CREATE TABLE only_here (a int)");
    CatalogSnapshot before = CatalogSnapshot.read(one);
    execute(one, "DROP TABLE t");
    CatalogDifference done = CatalogDifference.between(before, CatalogSnapshot.read(one));
    assertThat(done.inWords(1)).isEqualTo("missing: column public.t.a; and 2 more");
    assertThat(done.outstandingIn(CatalogSnapshot.read(two)).inWords(1))
        .startsWith("extra: column public.t.a: the 1., integer");
    execute(two, "DROP TABLE t");
    assertThat(done.outstandingIn(CatalogSnapshot.read(two)).isEmpty()).isTrue();
  }

  @Test
  void namesAWrongType() throws SQLException {
    CatalogSnapshot before = CatalogSnapshot.read(one);
    execute(one, "CREATE TABLE t (a varchar(1))");
    CatalogDifference done = CatalogDifference.between(before, CatalogSnapshot.read(one));
    execute(two, "CREATE TABLE t (a text)");
    assertThat(done.outstandingIn(CatalogSnapshot.read(two)).inWords(5))
        .isEqualTo(
            "changed: column public.t.a from 'the 1., character varying(1)' to 'the 1., text'");
  }

  @Test
  void leavesTheSessionAsItWas() throws SQLException {
    execute(one, "SET search_path = pg_temp");
    CatalogSnapshot.read(one);
    assertThat(one.getAutoCommit()).isTrue();
    execute(one, "DO $$BEGIN ASSERT current_setting('search_path') = 'pg_temp'; END$$");
    one.setAutoCommit(false);
    assertThatThrownBy(() -> CatalogSnapshot.read(one)).isInstanceOf(IllegalStateException.class);
  }

  private static Connection connectTo(String database) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    return DriverManager.getConnection(url + "?sslmode=disable&gssEncMode=disable", "postgres", "");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }
}
