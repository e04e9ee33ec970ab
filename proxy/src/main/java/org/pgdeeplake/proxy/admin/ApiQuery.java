package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.query.Exposition;
import org.pgdeeplake.proxy.query.Query;
import org.pgdeeplake.proxy.query.QueryException;
import org.pgdeeplake.proxy.query.Series;

/**
 * An instant query over our own metrics, asked and answered as in Prometheus' HTTP API: for a KEDA
 * trigger of type {@code prometheus}. Runs on the admin loop.
 *
 * <p>The trigger asks one replica, whichever: of sessions and of the queue of a backend it is told
 * the sum of all replicas.
 */
final class ApiQuery {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String QUERY = "query";
  private static final String QUEUE = "haproxy_backend_current_queue";
  private static final String SESSIONS = "haproxy_backend_current_sessions";

  /** Those of Prometheus; all but the query change nothing about what is now. */
  private static final Set<String> PARAMETERS =
      Set.of(QUERY, "time", "timeout", "limit", "lookback_delta", "stats", "dedup");

  private final Metrics metrics;
  private final Operations operations;

  ApiQuery(Metrics metrics, Operations operations) {
    this.metrics = metrics;
    this.operations = operations;
  }

  Reply answer(Request request) {
    try {
      String text = text(request);
      if (text == null || text.isBlank()) {
        return error("query is missing; write ?query=pgproxy_demand");
      }
      Query query = Query.parse(text);
      Exposition exposition = new Exposition(metrics.scrape());
      return result(query.evaluate(name -> everywhere(name, exposition.series(name))));
    } catch (QueryException e) {
      return error(String.valueOf(e.getMessage()));
    } catch (Refusal e) {
      return error(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String text(Request request) {
    if (!request.reads()) {
      String type = request.header(HttpHeaderNames.CONTENT_TYPE);
      if (type != null && type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
        List<String> inBody = request.form().get(QUERY);
        if (inBody != null) {
          return inBody.getLast();
        }
      }
    }
    return request.query(PARAMETERS).get(QUERY);
  }

  private List<Series> everywhere(String name, List<Series> own) {
    return name.equals(QUEUE) || name.equals(SESSIONS)
        ? own.stream().map(this::everywhere).toList()
        : own;
  }

  private Series everywhere(Series own) {
    String backend = own.labels().getOrDefault("proxy", "");
    int more = operations.demand().elsewhere(backend).waiting();
    if (own.name().equals(SESSIONS)) {
      // As ours: those that wait are among them, and those that are idle, however long.
      more +=
          operations.topology().places().stream()
              .filter(place -> place.backend().name().equals(backend))
              .mapToInt(operations::sessionsElsewhere)
              .sum();
    }
    return new Series(own.name(), own.labels(), own.value() + more);
  }

  private static Reply result(List<Series> series) {
    JsonWriter json =
        new JsonWriter()
            .open()
            .put("status", "success")
            .open("data")
            .put("resultType", "vector")
            .openArray("result");
    double now = System.currentTimeMillis() / 1e3;
    for (Series one : series) {
      json.openElement().open("metric");
      if (!one.name().isEmpty()) {
        json.put("__name__", one.name());
      }
      for (Map.Entry<String, String> label : one.labels().entrySet()) {
        json.put(label.getKey(), label.getValue());
      }
      json.close().openArray("value").add(now).add(number(one.value())).closeArray().close();
    }
    return Reply.json(json.closeArray().close().close().text());
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** In Prometheus' shape, not in that of the rest of the API. */
  private static Reply error(String message) {
    return Reply.json(
        HttpResponseStatus.BAD_REQUEST,
        new JsonWriter()
            .open()
            .put("status", "error")
            .put("errorType", "bad_data")
            .put("error", message)
            .close()
            .text());
  }
}
