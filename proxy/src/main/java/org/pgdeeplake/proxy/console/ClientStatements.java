package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.ProxyVersion;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ColumnType;

/** What clients say on their own, so that they find what they expect of a PostgreSQL. */
final class ClientStatements {
  /**
   * As an old PostgreSQL, which no client finds too new: psql warns of servers newer than itself.
   */
  static final String SERVER_VERSION = "14.0 (pg-proxy " + ProxyVersion.text() + ")";

  private static final String TEXT = "PostgreSQL " + SERVER_VERSION + ", the console of pgproxy";

  private static final Set<String> SQL =
      Set.of(
          "SELECT",
          "WITH",
          "VALUES",
          "TABLE",
          "INSERT",
          "UPDATE",
          "DELETE",
          "MERGE",
          "CREATE",
          "ALTER",
          "DROP",
          "TRUNCATE",
          "GRANT",
          "REVOKE",
          "COMMENT",
          "EXPLAIN",
          "ANALYZE",
          "VACUUM",
          "COPY",
          "DECLARE",
          "FETCH",
          "CLOSE",
          "PREPARE",
          "EXECUTE",
          "DO",
          "CALL",
          "LOCK",
          "LISTEN",
          "UNLISTEN",
          "NOTIFY",
          "REINDEX",
          "CLUSTER",
          "REFRESH",
          "CHECKPOINT",
          "SAVEPOINT",
          "RELEASE");

  /** What a client may set: it changes nothing here, or has the one value that there is. */
  private static final Set<String> SETTABLE =
      Set.of(
          "APPLICATION_NAME",
          "BYTEA_OUTPUT",
          "CLIENT_ENCODING",
          "CLIENT_MIN_MESSAGES",
          "DATESTYLE",
          "EXTRA_FLOAT_DIGITS",
          "IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
          "INTERVALSTYLE",
          "LOCK_TIMEOUT",
          "NAMES",
          "SEARCH_PATH",
          "SESSION",
          "STANDARD_CONFORMING_STRINGS",
          "STATEMENT_TIMEOUT",
          "TIME",
          "TIMEZONE",
          "TRANSACTION");

  private final Map<String, String> settings = new LinkedHashMap<>();

  ClientStatements() {
    parameters("").forEach((name, value) -> settings.put(name.toUpperCase(Locale.ROOT), value));
    settings.put("TRANSACTION_ISOLATION", "read committed");
    settings.put("TRANSACTION_READ_ONLY", "off");
  }

  /** What every client is told after its login (PostgreSQL manual, 54.2.7). */
  static Map<String, String> parameters(String user) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("server_version", SERVER_VERSION);
    parameters.put("server_encoding", "UTF8");
    parameters.put("client_encoding", "UTF8");
    parameters.put("DateStyle", "ISO, MDY");
    parameters.put("IntervalStyle", "postgres");
    parameters.put("TimeZone", "UTC");
    parameters.put("integer_datetimes", "on");
    parameters.put("standard_conforming_strings", "on");
    parameters.put("default_transaction_read_only", "off");
    parameters.put("in_hot_standby", "off");
    parameters.put("is_superuser", "on");
    if (!user.isEmpty()) {
      parameters.put("session_authorization", user);
    }
    return parameters;
  }

  /** Null where it is none of these. */
  @Nullable Command command(String verb, Words words) throws ConsoleException {
    return switch (verb) {
      case "BEGIN", "START" -> transaction(Command.Verb.BEGIN, words);
      case "COMMIT", "END" -> transaction(Command.Verb.COMMIT, words);
      case "ROLLBACK", "ABORT" -> transaction(Command.Verb.ROLLBACK, words);
      case "SET", "RESET" -> set(verb, words);
      case "DISCARD" -> discard(words);
      case "DEALLOCATE" -> deallocate(words);
      case "SELECT" -> select(words);
      default -> {
        if (SQL.contains(verb)) {
          throw noDatabase();
        }
        yield null;
      }
    };
  }

  private static Command transaction(Command.Verb verb, Words words) throws ConsoleException {
    if (words.peek().equals("TO") || words.peek().equals("PREPARED")) {
      throw noDatabase();
    }
    words.skipAll(); // its modes
    return new Command.Transaction(verb);
  }

  private static Command set(String verb, Words words) throws ConsoleException {
    if (!verb.equals("RESET")) {
      var _ = words.accept("LOCAL");
    }
    Token name = words.take("a setting");
    if (!SETTABLE.contains(name.keyword()) && !name.is("ALL")) {
      throw ConsoleException.of(
          ConsoleException.UNDEFINED_OBJECT,
          "\"" + name.brief() + "\" cannot be set here",
          "Change the configuration file, then RELOAD; SHOW CONFIG has what runs.");
    }
    words.skipAll();
    return said(verb, List.of(), List.of());
  }

  /** Nothing is kept here but prepared statements. */
  private static Command discard(Words words) throws ConsoleException {
    Token what = words.take("ALL, PLANS, SEQUENCES or TEMP");
    return switch (what.keyword()) {
      case "ALL" -> new Command.Deallocate(null, "DISCARD ALL");
      case "PLANS", "SEQUENCES", "TEMP" -> said("DISCARD " + what.keyword(), List.of(), List.of());
      case "TEMPORARY" -> said("DISCARD TEMP", List.of(), List.of());
      default -> throw words.near(what, "ALL, PLANS, SEQUENCES or TEMP is expected");
    };
  }

  private static Command deallocate(Words words) throws ConsoleException {
    var _ = words.accept("PREPARE");
    Token name = words.name("a prepared statement");
    return name.is("ALL")
        ? new Command.Deallocate(null, "DEALLOCATE ALL")
        : new Command.Deallocate(name.text(), "DEALLOCATE");
  }

  private static Command select(Words words) throws ConsoleException {
    Token first = words.take("what");
    if (first.is("VERSION") && words.accept('(') && words.accept(')') && words.atEnd()) {
      return said("SELECT 1", List.of(new Column("version", ColumnType.TEXT)), List.of(TEXT));
    }
    if (first.keyword().matches("[0-9]{1,9}") && words.atEnd()) {
      return said(
          "SELECT 1",
          List.of(new Column("?column?", ColumnType.INT4)),
          List.of(Integer.valueOf(first.text())));
    }
    throw noDatabase();
  }

  /** SHOW of what every PostgreSQL has; null where it is none of these. */
  @Nullable Command setting(Words words) {
    String name = words.peek();
    if (name.equals("TRANSACTION")) {
      words.skipAll();
      name = "TRANSACTION_ISOLATION";
    }
    String value = settings.get(name);
    if (value == null) {
      return null;
    }
    var _ = words.accept(name);
    Column column = new Column(name.toLowerCase(Locale.ROOT), ColumnType.TEXT);
    return said("SHOW", List.of(column), List.of(value));
  }

  private static Command said(String tag, List<Column> columns, List<Object> row) {
    Answer answer = row.isEmpty() ? Answer.EMPTY : Answer.rows(List.of(Answer.row(row.toArray())));
    return new Command.Work(tag, columns, Duration.ZERO, invocation -> answer.now());
  }

  private static ConsoleException noDatabase() {
    return ConsoleException.of(
        ConsoleException.NOT_SUPPORTED,
        "this is the console of pgproxy, not a database",
        "SHOW HELP lists its commands.");
  }
}
