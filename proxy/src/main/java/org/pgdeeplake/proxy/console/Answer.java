package org.pgdeeplake.proxy.console;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a command came to.
 *
 * @param rows a value for each column of the command
 * @param notice empty for none
 */
record Answer(List<List<@Nullable Object>> rows, String notice) {
  static final Answer EMPTY = new Answer(List.of(), "");

  static Answer rows(List<List<@Nullable Object>> rows) {
    return new Answer(rows, "");
  }

  static Answer notice(String notice) {
    return new Answer(List.of(), notice);
  }

  static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  CompletableFuture<Answer> now() {
    return CompletableFuture.completedFuture(this);
  }
}
