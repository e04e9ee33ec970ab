package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.admin.Route.Page;
import org.pgdeeplake.proxy.admin.Route.Reply;
import org.pgdeeplake.proxy.metrics.Metrics;

/** Every path of the admin port. */
final class Routes {
  private final Map<String, Route> byPath = new LinkedHashMap<>();
  private final Metrics metrics;
  private final BooleanSupplier ready;

  Routes(Metrics metrics, DemandReport demand, BooleanSupplier ready) {
    this.metrics = metrics;
    this.ready = ready;
    byPath.put("/", new Page(request -> index()));
    byPath.put("/metrics", new Page(this::metrics));
    byPath.put("/health/live", new Page(request -> Reply.text(HttpResponseStatus.OK, "ok")));
    byPath.put("/health/ready", new Page(request -> readiness()));
    byPath.put("/api/v1/demand", new Page(request -> Reply.json(demand.json())));
    byPath.put("/api/v1/demand/stream", new Route.DemandLines());
  }

  /**
   * @param path without the query
   */
  @Nullable Route find(String path) {
    return byPath.get(path);
  }

  private Reply index() {
    return Reply.text(HttpResponseStatus.OK, String.join("\n", byPath.keySet()));
  }

  private Reply metrics(HttpRequest request) {
    String accept = String.join(",", request.headers().getAll(HttpHeaderNames.ACCEPT));
    Metrics.Exposition exposition = metrics.scrape(accept);
    return new Reply(HttpResponseStatus.OK, exposition.contentType(), exposition.text());
  }

  private Reply readiness() {
    return ready.getAsBoolean()
        ? Reply.text(HttpResponseStatus.OK, "ready")
        : Reply.text(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            "not ready: not every frontend listens yet, or the proxy is shutting down");
  }
}
