package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.pgdeeplake.proxy.metrics.Exposition;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.stats.StatsCsv;

/** Every path of the admin port, and who may have what it offers. */
final class Routes {
  static final String API = "/api/v1";
  private static final String QUERY = API + "/query";
  private static final String STATS_CSV = StatsRoutes.PATH + ";csv";

  /** One method of one path; GET is HEAD too. */
  record Endpoint(HttpMethod method, PathTemplate path, Access access, Route route) {}

  /** What a request asks for. */
  sealed interface Match {}

  record Found(Route route, Access access, Map<String, String> places) implements Match {}

  /** The path has other methods. */
  record OtherMethods(List<String> allowed) implements Match {}

  record Nothing() implements Match {}

  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Metrics metrics;
  private final BooleanSupplier ready;

  Routes(
      Metrics metrics,
      DemandReport demand,
      Operations operations,
      StatsRoutes stats,
      PeerRoutes peers,
      BooleanSupplier ready) {
    this.metrics = metrics;
    this.ready = ready;
    page("/", request -> index());
    page("/metrics", this::metrics);
    StatsCsv csv = new StatsCsv(operations::topology);
    page(STATS_CSV, request -> new Reply(HttpResponseStatus.OK, StatsCsv.CONTENT_TYPE, csv.text()));
    page("/health/live", request -> Reply.text(HttpResponseStatus.OK, "ok"));
    page("/health/ready", request -> readiness());
    stats(stats);
    page(API, request -> Api.index(endpoints));
    page(API + "/openapi.json", request -> Api.description());
    page(API + "/demand", request -> Reply.json(demand.json()));
    ApiQuery query = new ApiQuery(metrics, operations);
    page(QUERY, query::answer);
    // Changes nothing, so that whoever may read may do it; Prometheus' clients send long ones so.
    add(HttpMethod.POST, QUERY, Access.OPEN, new Route.Page(query::answer));
    add(HttpMethod.GET, API + "/demand/stream", Access.OPEN, new Route.Stream(request -> demand));
    peers(peers);
    reads(new ApiReads(operations));
    changes(new ApiChanges(operations, new ApiReads(operations)));
  }

  /** Whether it is a question of probes and Prometheus, which is answered however full it is. */
  static boolean ofProbes(Request request) {
    return request.path().startsWith("/health/") || request.path().equals("/metrics");
  }

  private void stats(StatsRoutes stats) {
    page(StatsRoutes.PATH + "/page.css", request -> stats.style());
    page(StatsRoutes.PATH + "/page.js", request -> stats.script());
    later(HttpMethod.GET, StatsRoutes.PATH, Access.PAGE, stats::page);
    later(HttpMethod.POST, StatsRoutes.PATH, Access.PAGE, stats::act);
    later(HttpMethod.GET, StatsRoutes.PATH + "/confirm", Access.PAGE, stats::confirm);
  }

  private void peers(PeerRoutes peers) {
    page(API + "/peers", peers::list);
    add(HttpMethod.GET, API + "/peers/stream", Access.PEER, new Route.Stream(peers::lines));
    later(HttpMethod.POST, API + "/peers/cancel", Access.PEER, peers::cancel);
  }

  private void reads(ApiReads api) {
    page(API + "/backends", api::backends);
    page(API + "/backends/{backend}", api::backend);
    page(API + "/backends/{backend}/servers/{server}", api::server);
    page(API + "/servers", api::servers);
    page(API + "/servers/{server}", api::server);
    page(API + "/frontends", api::frontends);
    page(API + "/wakes", api::wakes);
    page(API + "/version", api::version);
    add(HttpMethod.GET, API + "/config", Access.CREDENTIALS, new Route.Page(api::config));
    later(HttpMethod.GET, API + "/sessions", Access.CREDENTIALS, api::sessions);
  }

  private void changes(ApiChanges api) {
    for (String server : List.of("/servers/{server}", "/backends/{backend}/servers/{server}")) {
      post(API + server + "/ready", api::ready);
      later(HttpMethod.POST, API + server + "/drain", Access.CHANGE, api::drain);
      later(HttpMethod.POST, API + server + "/maint", Access.CHANGE, api::maint);
    }
    post(API + "/backends/{backend}/pause", api::pause);
    post(API + "/backends/{backend}/resume", api::resume);
    add(HttpMethod.DELETE, API + "/sessions", Access.CHANGE, new Route.Page(api::closeSessions));
    add(
        HttpMethod.DELETE,
        API + "/sessions/{id}",
        Access.CHANGE,
        new Route.Page(api::closeSession));
    post(API + "/wake", api::wake);
    later(HttpMethod.POST, API + "/reload", Access.CHANGE, api::reload);
    post(API + "/shutdown", api::shutdown);
  }

  private void page(String path, Function<Request, Reply> reply) {
    add(HttpMethod.GET, path, Access.OPEN, new Route.Page(reply));
  }

  private void post(String path, Function<Request, Reply> reply) {
    add(HttpMethod.POST, path, Access.CHANGE, new Route.Page(reply));
  }

  private void later(
      HttpMethod method,
      String path,
      Access access,
      Function<Request, CompletableFuture<Reply>> reply) {
    add(method, path, access, new Route.Later(reply));
  }

  private void add(HttpMethod method, String path, Access access, Route route) {
    endpoints.add(new Endpoint(method, new PathTemplate(path), access, route));
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** HAProxy's rows may be asked for in several ways, also in the query. */
  Match find(Request request) {
    return find(request.method(), StatsCsv.isAsked(request.uri()) ? STATS_CSV : request.path());
  }

  /**
   * @param path as it was sent, without the query
   */
  Match find(HttpMethod method, String path) {
    HttpMethod wanted = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
    List<String> allowed = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      Map<String, String> places = endpoint.path().match(path);
      if (places == null) {
        continue;
      }
      if (endpoint.method().equals(wanted)) {
        return new Found(endpoint.route(), endpoint.access(), places);
      }
      allowed.add(endpoint.method().name());
      if (endpoint.method().equals(HttpMethod.GET)) {
        allowed.add(HttpMethod.HEAD.name());
      }
    }
    if (!allowed.isEmpty()) {
      return new OtherMethods(allowed);
    }
    // HAProxy's page takes what it is to show, or what came of a change, behind semicolons.
    return path.startsWith(StatsRoutes.PATH + ";") ? find(method, StatsRoutes.PATH) : new Nothing();
  }

  private Reply index() {
    List<String> paths =
        endpoints.stream()
            .filter(endpoint -> endpoint.method().equals(HttpMethod.GET))
            .filter(endpoint -> endpoint.access() == Access.OPEN)
            .map(endpoint -> endpoint.path().text())
            .filter(path -> !path.contains("{") && !path.startsWith(StatsRoutes.PATH + "/"))
            .toList();
    return Reply.text(HttpResponseStatus.OK, String.join("\n", paths));
  }

  private Reply metrics(Request request) {
    String accept = String.join(",", request.headers().getAll(HttpHeaderNames.ACCEPT));
    Exposition exposition = metrics.scrape(accept);
    return new Reply(HttpResponseStatus.OK, exposition.contentType(), exposition.text());
  }

  private Reply readiness() {
    return ready.getAsBoolean()
        ? Reply.text(HttpResponseStatus.OK, "ready")
        : Reply.text(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            "not ready: it has just started and is not warm yet, or a frontend does not listen, or it is shutting down");
  }
}
