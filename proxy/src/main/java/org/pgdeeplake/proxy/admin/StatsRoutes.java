package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.stats.History;
import org.pgdeeplake.proxy.stats.MessagePage;
import org.pgdeeplake.proxy.stats.Order;
import org.pgdeeplake.proxy.stats.StatsPage;
import org.pgdeeplake.proxy.stats.View;

/** The page over HTTP. It sees and does what {@code stats} says; here is who may. */
final class StatsRoutes {
  static final String PATH = "/stats";

  private static final String STYLE = Resource.text(StatsPage.class, "page.css");
  private static final String SCRIPT = Resource.text(StatsPage.class, "page.js");
  private static final String FORM = "application/x-www-form-urlencoded";

  private final Operations operations;
  private final History history;
  private final BooleanSupplier ready;
  private final FormToken token = new FormToken(new SecureRandom());

  StatsRoutes(Operations operations, History history, BooleanSupplier ready) {
    this.operations = operations;
    this.history = history;
    this.ready = ready;
  }

  Reply style() {
    return new Reply(HttpResponseStatus.OK, "text/css; charset=utf-8", STYLE);
  }

  Reply script() {
    return new Reply(HttpResponseStatus.OK, "text/javascript; charset=utf-8", SCRIPT);
  }

  CompletableFuture<Reply> page(Request request) {
    Order order = Order.of(query(request), operations.topology());
    return view(request.loop())
        .thenApply(view ->
            Pages.reply(
                HttpResponseStatus.OK, StatsPage.html(view, options(request.path()), order)));
  }

  CompletableFuture<Reply> confirm(Request request) {
    Order order = Order.of(query(request), operations.topology());
    return view(request.loop())
        .thenApply(view ->
            StatsPage.question(view, order, token.of(credentials()))
                .map(page -> Pages.reply(HttpResponseStatus.OK, page))
                .orElseGet(() ->
                    message(
                        HttpResponseStatus.NOT_FOUND,
                        "There is no such server, backend or session; it may have ended.")));
  }

  /** A form of the page, or a script that does as it did with HAProxy. */
  CompletableFuture<Reply> act(Request request) {
    String type = request.header(HttpHeaderNames.CONTENT_TYPE);
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
      return done(message(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "Send it as " + FORM + "."));
    }
    Map<String, List<String>> form = request.form();
    boolean own =
        form.getOrDefault("csrf", List.of()).stream()
            .anyMatch(value -> token.matches(value, credentials()));
    if (RequestOrigin.foreign(request.headers())
        || (!own && RequestOrigin.fromPage(request.headers()))) {
      return done(
          message(
              HttpResponseStatus.FORBIDDEN,
              "Nothing has changed: the form did not come from this page,"
                  + " or it is from before a restart. Open the page and try again."));
    }
    Order order = Order.of(form, operations.topology());
    Caller caller = new Caller("stats page", request.user(), request.client());
    return order
        .perform(operations, caller)
        .thenApply(outcome ->
            outcome.problems().isEmpty()
                ? Reply.seeOther(
                    PATH + ";st=" + outcome.status() + (own ? "?" + order.query() : ""))
                : refused(outcome.problems()));
  }

  private static Reply refused(List<String> problems) {
    HttpResponseStatus status = HttpResponseStatus.UNPROCESSABLE_ENTITY;
    return Pages.reply(
        status,
        MessagePage.html(
            "Refused", "The configuration has problems, and nothing has changed:", problems));
  }

  private CompletableFuture<View> view(Executor asker) {
    return operations
        .sessions(asker)
        .thenApply(sessions ->
            new View(
                Instant.now(),
                operations.uptime(),
                ready.getAsBoolean(),
                operations.topology(),
                operations.demand().snapshot(),
                operations.demandEverywhere(),
                sessions,
                history))
        .orTimeout(ApiReads.SNAPSHOT_SECONDS, TimeUnit.SECONDS);
  }

  /** Somebody has just shown them; a reload since then may have taken them away. */
  private Credentials credentials() {
    Credentials now = operations.topology().config().admin().stats();
    if (now == null) {
      throw new Refusal(HttpResponseStatus.FORBIDDEN, Gate.OFF);
    }
    return now;
  }

  private static Map<String, List<String>> query(Request request) {
    try {
      return new QueryStringDecoder(request.uri()).parameters();
    } catch (IllegalArgumentException e) {
      throw new Refusal(HttpResponseStatus.BAD_REQUEST, "a parameter is not encoded well");
    }
  }

  /** What stands behind the semicolons. */
  private static Set<String> options(String path) {
    List<String> parts = List.of(path.split(";", -1));
    return new LinkedHashSet<>(parts.subList(1, parts.size()));
  }

  private static Reply message(HttpResponseStatus status, String message) {
    return Pages.reply(status, MessagePage.html(status.reasonPhrase(), message));
  }

  private static CompletableFuture<Reply> done(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }
}
