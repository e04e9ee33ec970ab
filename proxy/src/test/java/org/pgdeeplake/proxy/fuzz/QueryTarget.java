package org.pgdeeplake.proxy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pgdeeplake.proxy.query.Query;
import org.pgdeeplake.proxy.query.QueryException;
import org.pgdeeplake.proxy.query.Series;

/** Queries of the admin API, read and evaluated. */
final class QueryTarget implements FuzzTarget {
  private static final List<Series> SERIES =
      List.of(
          new Series("demand", new TreeMap<>(Map.of("backend", "a".repeat(63))), 1),
          new Series("demand", new TreeMap<>(Map.of("backend", "pg_backends")), 2));

  @Override
  public void check(byte[] input) {
    try {
      List<Series> found = Query.parse(new String(input, UTF_8)).evaluate(name -> SERIES);
      assertThat(found).hasSizeLessThanOrEqualTo(SERIES.size());
    } catch (QueryException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
