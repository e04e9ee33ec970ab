package org.pgdeeplake.manager.sql;

import java.util.List;
import java.util.stream.Stream;

/** Statements, what the guard says of each, and whether a server could tell its opinion too. */
final class GuardTable {

  /**
   * @param command of an allowed statement, else empty
   * @param words all of which a refusal has
   */
  record Row(String sql, String command, List<String> words) {
    boolean allowed() {
      return words.isEmpty();
    }

    @Override
    public String toString() {
      return sql.length() < 100 ? sql : sql.substring(0, 100) + "…";
    }
  }

  private static final String ATOMIC = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC ";

  private GuardTable() {}

  static Stream<Row> rows() {
    return Stream.of(plain(), allowedThatFool(), multiple(), unreadable(), otherStatements())
        .flatMap(List::stream);
  }

  private static List<Row> plain() {
    return List.of(
        allowed("CREATE TABLE t (a int)", "CREATE TABLE"),
        allowed("create table t (a int);", "CREATE TABLE"),
        allowed("cReAtE\tTABLE\nt\f(a int)\u000b; ;;", "CREATE TABLE"),
        allowed(";; CREATE TABLE t (a int)", "CREATE TABLE"),
        allowed("ALTER TABLE t ADD COLUMN b int", "ALTER TABLE"),
        allowed("DROP TABLE IF EXISTS t", "DROP TABLE"),
        allowed("TRUNCATE t", "TRUNCATE TABLE"),
        allowed("COMMENT ON TABLE t IS 'x'", "COMMENT"),
        allowed("GRANT SELECT ON t TO PUBLIC", "GRANT"),
        allowed("REVOKE SELECT ON t FROM PUBLIC", "REVOKE"),
        allowed("GRANT a TO b", "GRANT ROLE"),
        allowed("ANALYZE t", "ANALYZE"),
        allowed("ANALYSE t", "ANALYZE"),
        allowed("VACUUM (FULL) t", "VACUUM"),
        allowed("REINDEX TABLE t", "REINDEX"),
        allowed("CREATE TABLE t AS SELECT 1", "CREATE TABLE AS"),
        allowed("CREATE TEMP TABLE t AS (SELECT 1)", "CREATE TABLE AS"),
        allowed("CREATE TABLE t AS WITH x AS (SELECT 1) SELECT * FROM x", "CREATE TABLE AS"),
        allowed("CREATE TABLE t AS VALUES (1), (2)", "CREATE TABLE AS"),
        allowed("CREATE TABLE t AS EXECUTE p(1)", "CREATE TABLE AS"),
        allowed("CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)", "CREATE TABLE"),
        allowed("CREATE MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW"),
        allowed("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX"),
        allowed("ALTER SYSTEM SET work_mem = '1GB'", "ALTER SYSTEM"),
        allowed("DROP DATABASE d", "DROP DATABASE"),
        allowed("CREATE DATABASE d", "CREATE DATABASE"),
        allowed("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE VIEW"),
        allowed("CREATE USER u", "CREATE ROLE"),
        allowed("CREATE USER MAPPING FOR u SERVER s", "CREATE USER MAPPING"),
        allowed(
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO u", "ALTER DEFAULT PRIVILEGES"));
  }

  private static List<Row> allowedThatFool() {
    return List.of(
        allowed("-- DROP TABLE x;\nCREATE TABLE t (a int)", "CREATE TABLE"),
        allowed("/* ; SELECT 1 */ CREATE /* ; */ TABLE t (a int) -- ; SELECT", "CREATE TABLE"),
        allowed("/* a /* b */ ; SELECT 1 */ CREATE TABLE t (a int)", "CREATE TABLE"),
        allowed("/*/ */ CREATE TABLE t (a int)", "CREATE TABLE"),
        allowed("COMMENT ON TABLE t IS 'a;b--c/*d'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS 'it''s; fine'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS '\\'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS E'\\'; DROP TABLE t; --'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS E'\\\\'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS U&'\\0061;'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS U&'!0061;' UESCAPE '!'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS N'a;b'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS 'a'\n -- ; ' \n 'b;c'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS E'a'\n'\\';b'", "COMMENT"),
        allowed("COMMENT ON TABLE t IS $$a;b'c\"d--$$", "COMMENT"),
        allowed("COMMENT ON TABLE t IS $x$ $$;$$ $y$; $x $x$", "COMMENT"),
        allowed("COMMENT ON TABLE t IS $é$;$é$", "COMMENT"),
        allowed("CREATE TABLE \"a;b--c\" (\"x\"\"; y\" int)", "CREATE TABLE"),
        allowed("CREATE TABLE U&\"d\\0061t;a\" (a int)", "CREATE TABLE"),
        allowed("CREATE TABLE a$$b (c$d$ int)", "CREATE TABLE"),
        allowed(
            "CREATE TABLE t (a bit(4) DEFAULT B'0101', b bytea DEFAULT X'1F'::int::text::bytea)",
            "CREATE TABLE"),
        allowed("CREATE VIEW v AS SELECT 1.5e-3, 2*--;\n3, 4-/*;*/5, 1..2", "CREATE VIEW"),
        allowed("CREATE RULE r AS ON DELETE TO t DO ALSO (NOTIFY a; NOTIFY b)", "CREATE RULE"),
        allowed(
            "CREATE SCHEMA s CREATE TABLE a (b int) CREATE VIEW v AS SELECT 1", "CREATE SCHEMA"),
        allowed(
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN 1; END;$$",
            "CREATE FUNCTION"),
        allowed(ATOMIC + "SELECT 1; SELECT 2; END", "CREATE FUNCTION"),
        allowed(ATOMIC + "SELECT CASE WHEN true THEN 1 ELSE 2 END; END;", "CREATE FUNCTION"),
        allowed(ATOMIC + "SELECT 1 AS end; END", "CREATE FUNCTION"),
        allowed(ATOMIC + "SELECT 1 end; SELECT 2; END", "CREATE FUNCTION"),
        allowed(ATOMIC + ";; END", "CREATE FUNCTION"),
        allowed("CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC END", "CREATE PROCEDURE"),
        allowed(
            "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION"),
        allowed("CREATE FUNCTION f(begin int) RETURNS int RETURN 1;", "CREATE FUNCTION"));
  }

  private static List<Row> multiple() {
    return List.of(
        refused("CREATE TABLE t (a int); DROP TABLE t", "multiple statements", "DROP", "column 25"),
        refused("CREATE TABLE t (a int);\n\n  SELECT 1", "multiple statements", "line 3, column 3"),
        refused("CREATE TABLE t (a int); SELECT 1; SELECT 2", "there are 3"),
        refused("CREATE TABLE t (a int) /* '*/; SELECT 1 --'", "multiple statements"),
        refused("COMMENT ON TABLE t IS '\\'; DROP TABLE t; --'", "multiple statements", "DROP"),
        refused("COMMENT ON TABLE t IS U&'\\\\'; DROP TABLE t; --'", "multiple statements"),
        refused("COMMENT ON TABLE t IS xE'\\'; DROP TABLE t; --'", "multiple statements"),
        refused("COMMENT ON TABLE t IS 'a' /* \n */ ; SELECT 'b'", "multiple statements"),
        refused("COMMENT ON TABLE t IS E'\\\\'; DROP TABLE t; --'", "multiple statements"),
        refused("COMMENT ON TABLE t IS $a$x$a$; SELECT $a$y$a$", "multiple statements"),
        refused(
            "COMMENT ON TABLE t$a$ IS 'x'; COMMENT ON TABLE t$a$ IS 'y'", "multiple statements"),
        refused("CREATE TABLE t (a int) --\r; SELECT 1", "multiple statements", "line 2"),
        refused("BEGIN; CREATE TABLE t (a int); COMMIT", "multiple statements"),
        refused("SET search_path = s; CREATE TABLE t (a int)", "multiple statements"),
        refused(ATOMIC + "SELECT 1; END; DROP TABLE t", "multiple statements", "DROP"),
        refused(ATOMIC + "SELECT 1 AS case; END; DROP TABLE t", "multiple statements", "DROP"),
        refused(ATOMIC + "SELECT 1 case; END; DROP TABLE t", "multiple statements", "DROP"),
        refused(
            ATOMIC + "SELECT begin atomic FROM t; END; DROP TABLE t",
            "multiple statements",
            "DROP"),
        refused(
            "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE t",
            "multiple statements",
            "DROP"),
        refused(
            "CREATE FUNCTION f(begin atomic) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE t",
            "multiple statements"),
        refused("CREATE TABLE begin (atomic int); DROP TABLE t", "multiple statements"));
  }

  private static List<Row> unreadable() {
    return List.of(
        refused("", "empty"),
        refused(" \n\t", "empty"),
        refused(";", "no statement"),
        refused("-- CREATE TABLE t (a int)", "no statement"),
        refused("/* CREATE TABLE t (a int) */;", "no statement"),
        refused("CREATE TABLE t (a int) /* /* */", "unterminated comment", "line 1, column 24"),
        refused("CREATE TABLE t (a int) /*/", "unterminated comment"),
        refused("COMMENT ON TABLE t\nIS 'x", "unterminated string literal", "line 2, column 4"),
        refused("COMMENT ON TABLE t IS E'x\\'", "unterminated string literal"),
        refused("COMMENT ON TABLE t IS 'x''", "unterminated string literal"),
        refused("COMMENT ON TABLE t IS 'x'\n'y", "unterminated string literal", "column 23"),
        refused("COMMENT ON TABLE t IS $a$x$b$", "unterminated dollar-quoted string $a$"),
        refused("COMMENT ON TABLE t IS $$x", "unterminated dollar-quoted string $$"),
        refused("CREATE TABLE \"t (a int)", "unterminated quoted identifier", "column 14"),
        refused("CREATE TABLE t (a int", "'(' without a ')'", "column 16"),
        refused("CREATE TABLE t (a int))", "')' without a '('", "column 23"),
        refused("CREATE TABLE t (a int; DROP TABLE t", "'(' without a ')'"),
        refused("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "BEGIN ATOMIC"),
        refused("CREATE TABLE t\0 (a int)", "NUL", "column 15"));
  }

  private static List<Row> otherStatements() {
    return List.of(
        refused("\uFEFFCREATE TABLE t (a int)", "byte order mark", "U+FEFF"),
        refused("CREATE\u00a0TABLE t (a int)", "NO-BREAK SPACE", "U+00A0"),
        refused("\u00a0CREATE TABLE t (a int)", "NO-BREAK SPACE"),
        refused("\u0421REATE TABLE t (a int)", "CYRILLIC CAPITAL LETTER ES", "U+0421"),
        refused("truncat\u0435 t", "CYRILLIC SMALL LETTER IE"),
        refused("CREATETABLE t (a int)", "begins with CREATETABLE:"),
        refused("\"CREATE\" TABLE t (a int)", "begins with '\"CREATE\"'"),
        refused("'CREATE' TABLE t", "begins with ''CREATE''"),
        refused("(CREATE TABLE t (a int))", "'('", "CREATE"),
        refused("((SELECT 1))", "'('", "SELECT"),
        refused("SELECT 1", "begins with SELECT:", "CREATE, ALTER, DROP"),
        refused("select * into t from u", "begins with SELECT:", "CREATE TABLE … AS"),
        refused("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "begins with WITH:", "proxy"),
        refused("INSERT INTO t VALUES (1)", "begins with INSERT:"),
        refused("UPDATE t SET a = 1", "begins with UPDATE:"),
        refused("DELETE FROM t", "begins with DELETE:"),
        refused("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE", "begins with MERGE:"),
        refused("TABLE t", "begins with TABLE:"),
        refused("VALUES (1)", "begins with VALUES:"),
        refused("COPY t FROM STDIN", "begins with COPY:", "chunks"),
        refused("COPY t FROM STDIN;\n1\n\\.\n", "psql", "line 3, column 1"),
        refused("EXPLAIN CREATE TABLE t AS SELECT 1", "begins with EXPLAIN:"),
        refused("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", "EXPLAIN ANALYZE executes"),
        refused("EXPLAIN (costs off, analyze) DELETE FROM t", "EXPLAIN ANALYZE executes"),
        refused("DO $$BEGIN DROP TABLE t; END$$", "begins with DO:", "nobody can see"),
        refused("CALL p()", "begins with CALL:"),
        refused("PREPARE p AS SELECT 1", "begins with PREPARE:"),
        refused("EXECUTE p", "begins with EXECUTE:"),
        refused("SET work_mem = '1GB'", "begins with SET:", "one session"),
        refused("BEGIN", "begins with BEGIN:", "transaction of its own"),
        refused("COMMIT", "begins with COMMIT:"),
        refused("REFRESH MATERIALIZED VIEW v", "begins with REFRESH:"),
        refused("IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y", "begins with IMPORT:"),
        refused("SECURITY LABEL ON TABLE t IS 'x'", "begins with SECURITY:"),
        refused("\\d t", "'\\d' at line 1, column 1", "psql"),
        refused("CREATE TABLE t (a int) \\g", "'\\g' at line 1, column 24", "psql"),
        refused("$1", "begins with '$1'"),
        refused("42", "begins with '42'"));
  }

  private static Row allowed(String sql, String command) {
    return new Row(sql, command, List.of());
  }

  private static Row refused(String sql, String... words) {
    return new Row(sql, "", List.of(words));
  }
}
