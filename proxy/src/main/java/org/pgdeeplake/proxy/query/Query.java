package org.pgdeeplake.proxy.query;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A query: a selector, {@code sum(…)}, or the {@code +} of these; with PromQL's meaning.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/operators/">operators</a>
 */
public sealed interface Query {

  /** Series of one metric whose labels are as wanted. */
  record Selector(String name, List<Matcher> matchers) implements Query {
    @Override
    public List<Series> evaluate(Function<String, List<Series>> metrics) throws QueryException {
      List<Series> found = new ArrayList<>();
      for (Series one : metrics.apply(name)) {
        if (accepts(one)) {
          found.add(one);
        }
      }
      return found;
    }

    private boolean accepts(Series one) throws QueryException {
      for (Matcher matcher : matchers) {
        if (!matcher.accepts(one.labels())) {
          return false;
        }
      }
      return true;
    }
  }

  /** Of everything; nothing of nothing. */
  record Sum(Query of) implements Query {
    @Override
    public List<Series> evaluate(Function<String, List<Series>> metrics) throws QueryException {
      List<Series> all = of.evaluate(metrics);
      return all.isEmpty()
          ? List.of()
          : List.of(new Series("", Map.of(), all.stream().mapToDouble(Series::value).sum()));
    }
  }

  /** Series with the same labels on both sides; what only one side has is left out. */
  record Plus(Query left, Query right) implements Query {
    @Override
    public List<Series> evaluate(Function<String, List<Series>> metrics) throws QueryException {
      Map<Map<String, String>, Series> others = new LinkedHashMap<>();
      right.evaluate(metrics).forEach(one -> others.put(one.labels(), one));
      List<Series> sums = new ArrayList<>();
      for (Series one : left.evaluate(metrics)) {
        Series other = others.get(one.labels());
        if (other != null) {
          sums.add(one.unnamed(one.value() + other.value()));
        }
      }
      return sums;
    }
  }

  /**
   * @throws QueryException where it is anything else, with what is understood
   */
  static Query parse(String text) throws QueryException {
    return new QueryParser(text).parse();
  }

  /**
   * @param metrics the series of a metric, by its name
   */
  List<Series> evaluate(Function<String, List<Series>> metrics) throws QueryException;
}
