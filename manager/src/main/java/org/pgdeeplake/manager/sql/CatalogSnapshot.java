package org.pgdeeplake.manager.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What users see in one database at one moment, in words that are the same on every server with the
 * same schema. Not in it: data, sizes, settings, roles, what is temporary, what belongs to an
 * extension.
 *
 * @param objects what an object is and its name, to what else is to be said of it
 */
public record CatalogSnapshot(SortedMap<String, String> objects) {
  private static final String QUERY = resource("catalog.sql");

  /** Definitions come back as a session would write them: in one and the same session, then. */
  private static final List<String> SESSION =
      List.of(
          "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
          "SET LOCAL search_path = pg_catalog",
          "SET LOCAL quote_all_identifiers = off",
          "SET LOCAL datestyle = 'ISO, MDY'",
          "SET LOCAL intervalstyle = 'postgres'",
          "SET LOCAL timezone = 'UTC'",
          "SET LOCAL bytea_output = 'hex'",
          "SET LOCAL extra_float_digits = 1",
          // It would cost more than the query.
          "SET LOCAL jit = off");

  public CatalogSnapshot {
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
  }

  /**
   * Blocks for some ten milliseconds; limits are those of the connection.
   *
   * @param connection as a superuser or the owner of everything, in auto-commit mode, in which it
   *     is left
   * @throws SQLException also if somebody drops an object meanwhile (XX000 and others): to be tried
   *     again
   * @throws IllegalStateException the connection is in a transaction
   */
  public static CatalogSnapshot read(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new IllegalStateException("the connection is in a transaction");
    }
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String setting : SESSION) {
        statement.execute(setting);
      }
      try (ResultSet rows = statement.executeQuery(QUERY)) {
        return new CatalogSnapshot(objects(rows));
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static SortedMap<String, String> objects(ResultSet rows) throws SQLException {
    SortedMap<String, String> objects = new TreeMap<>();
    while (rows.next()) {
      String object = rows.getString("kind") + " " + rows.getString("name");
      String description = Objects.requireNonNullElse(rows.getString("description"), "");
      objects.merge(
          object, description, (a, b) -> a.compareTo(b) < 0 ? a + "; " + b : b + "; " + a);
    }
    return objects;
  }

  /** Sorted, one object each; a definition may itself have several lines. */
  public List<String> lines() {
    return objects.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }

  private static String resource(String name) {
    try (InputStream stream = CatalogSnapshot.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
