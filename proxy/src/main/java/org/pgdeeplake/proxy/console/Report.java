package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ColumnType;

/**
 * What one SHOW tells. A report is made anew for each call, so that it is one moment's.
 *
 * @param meaning for SHOW HELP
 */
record Report(
    String name,
    String meaning,
    List<Column> columns,
    Function<Executor, CompletableFuture<List<List<@Nullable Object>>>> rows) {

  Command.Work command(Duration limit) {
    return new Command.Work(
        "SHOW",
        columns,
        limit,
        invocation -> rows.apply(invocation.loop()).thenApply(Answer::rows));
  }

  /** Columns over things of one kind, and how each column's value is read off a thing. */
  static final class Shape<T> {
    /** C1 as well, and what changes the direction of text. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}]");

    private final List<Column> columns = new ArrayList<>();
    private final List<Function<T, ? extends @Nullable Object>> values = new ArrayList<>();

    /** Much of it comes from clients and servers, and must not move a DBA's cursor. */
    Shape<T> text(String name, Function<T, @Nullable String> value) {
      return add(
          name,
          ColumnType.TEXT,
          thing -> {
            String text = value.apply(thing);
            return text == null ? null : CONTROL.matcher(text).replaceAll("?");
          });
    }

    Shape<T> number(String name, Function<T, Integer> value) {
      return add(name, ColumnType.INT4, value);
    }

    Shape<T> big(String name, Function<T, Long> value) {
      return add(name, ColumnType.INT8, value);
    }

    /** In milliseconds' precision. */
    Shape<T> seconds(String name, Function<T, @Nullable Double> value) {
      return add(
          name,
          ColumnType.FLOAT8,
          thing -> {
            Double seconds = value.apply(thing);
            return seconds == null ? null : (Object) (Math.round(seconds * 1000) / 1000.0);
          });
    }

    Shape<T> time(String name, Function<T, Instant> value) {
      return add(name, ColumnType.TIMESTAMPTZ, value);
    }

    Shape<T> flag(String name, Function<T, Boolean> value) {
      return add(name, ColumnType.BOOL, value);
    }

    Shape<T> with(Consumer<Shape<T>> more) {
      more.accept(this);
      return this;
    }

    private Shape<T> add(
        String name, ColumnType type, Function<T, ? extends @Nullable Object> value) {
      columns.add(new Column(name, type));
      values.add(value);
      return this;
    }

    /** A report over what is there at the moment of the call. */
    Report of(String name, String meaning, Supplier<List<T>> things) {
      return later(name, meaning, _ -> CompletableFuture.completedFuture(things.get()));
    }

    /**
     * @param things given the loop on which they are to come
     */
    Report later(
        String name, String meaning, Function<Executor, CompletableFuture<List<T>>> things) {
      return new Report(
          name,
          meaning,
          List.copyOf(columns),
          asker -> things.apply(asker).thenApply(all -> all.stream().map(this::row).toList()));
    }

    private List<@Nullable Object> row(T thing) {
      List<@Nullable Object> row = new ArrayList<>();
      values.forEach(value -> row.add(value.apply(thing)));
      return row;
    }
  }
}
