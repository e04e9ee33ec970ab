package org.pgdeeplake.proxy.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.GATEWAY_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology.Place;

/** What the API changes. Everything runs on the admin loop and waits without holding it up. */
final class ApiChanges {
  static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final String WAIT = "wait";
  private static final String UNTIL = "until";
  private static final String DOWN = "down";
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})(ms|s|m|h)");

  private final Operations operations;
  private final ApiReads reads;

  ApiChanges(Operations operations, ApiReads reads) {
    this.operations = operations;
    this.reads = reads;
  }

  private static Caller caller(Request request) {
    return new Caller("API", request.user(), request.client());
  }

  Reply ready(Request request) {
    request.query(Set.of());
    Place place = reads.place(request);
    operations.administer(caller(request), place, AdministrativeState.READY);
    return state(place, HttpResponseStatus.OK, "");
  }

  CompletableFuture<Reply> drain(Request request) {
    Map<String, String> query = request.query(Set.of(WAIT, UNTIL));
    String until = query.get(UNTIL);
    if (until != null && !until.equals(DOWN)) {
      throw new Refusal(
          BAD_REQUEST, "until can only be down: the drain ends when the server has gone down");
    }
    return leave(
        request,
        query.get(WAIT),
        until != null,
        place -> {
          if (until == null) {
            operations.administer(caller(request), place, AdministrativeState.DRAIN);
          } else {
            operations.drainUntilDown(caller(request), place);
          }
        });
  }

  CompletableFuture<Reply> maint(Request request) {
    return leave(
        request,
        request.query(Set.of(WAIT)).get(WAIT),
        false,
        place -> operations.administer(caller(request), place, AdministrativeState.MAINT));
  }

  /** Sessions end now or later; who wants to know when the last one has, says how long it waits. */
  private CompletableFuture<Reply> leave(
      Request request, @Nullable String wait, boolean untilDown, Consumer<Place> change) {
    Duration limit = wait == null ? Duration.ZERO : limit(wait);
    Place place = reads.place(request);
    change.accept(place);
    if (wait == null) {
      return CompletableFuture.completedFuture(state(place, HttpResponseStatus.OK, ""));
    }
    CompletableFuture<Boolean> empty = operations.awaitEmpty(place, limit, request.loop());
    CompletableFuture<Reply> reply =
        empty.thenApply(done ->
            done
                ? state(place, HttpResponseStatus.OK, "")
                : state(place, GATEWAY_TIMEOUT, "it still has sessions after " + wait));
    var _ =
        reply.whenComplete((result, problem) -> {
          if (reply.isCancelled()) {
            empty.cancel(false);
          }
          if (untilDown) {
            operations.endDrainUntilDown(place, request.loop());
          }
        });
    return reply;
  }

  static Duration limit(String wait) {
    Matcher form = DURATION.matcher(wait);
    if (!form.matches()) {
      throw new Refusal(BAD_REQUEST, "wait must be a duration, such as 60s, 5m or 1h");
    }
    long number = Long.parseLong(form.group(1));
    Duration limit =
        switch (form.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        };
    if (limit.compareTo(LONGEST_WAIT) > 0) {
      throw new Refusal(BAD_REQUEST, "wait is at most 1h");
    }
    return limit;
  }

  private Reply state(Place place, HttpResponseStatus status, String error) {
    int sessions = place.server().sessions();
    int elsewhere = operations.sessionsElsewhere(place);
    JsonWriter json = new JsonWriter().open();
    if (!error.isEmpty()) {
      json.put("error", error);
    }
    return Reply.json(
        status,
        json.put("backend", place.backend().name())
            .put("server", place.server().name())
            .put("administrative", place.server().administrative().word())
            .put("status", place.server().status())
            .put("sessions", sessions)
            .put("sessionsElsewhere", elsewhere)
            .put("empty", sessions + elsewhere == 0)
            .close()
            .text());
  }

  Reply pause(Request request) {
    request.query(Set.of());
    Backend backend = reads.namedBackend(request.place(ApiReads.BACKEND));
    operations.pause(caller(request), backend);
    return paused(backend);
  }

  Reply resume(Request request) {
    request.query(Set.of());
    Backend backend = reads.namedBackend(request.place(ApiReads.BACKEND));
    operations.resume(caller(request), backend);
    return paused(backend);
  }

  private static Reply paused(Backend backend) {
    return Reply.json(
        new JsonWriter()
            .open()
            .put("backend", backend.name())
            .put("paused", backend.administration().paused())
            .put("waiting", backend.queued())
            .close()
            .text());
  }

  Reply closeSession(Request request) {
    request.query(Set.of());
    String id = request.place("id");
    if (!id.matches("[0-9]{1,18}")) {
      throw new Refusal(BAD_REQUEST, "a session's id is a number; GET /api/v1/sessions lists them");
    }
    if (!operations.closeSession(caller(request), Long.parseLong(id))) {
      throw new Refusal(NOT_FOUND, "no session " + id + "; it may have ended");
    }
    return closed(1);
  }

  /** All of a server or of a backend; not all there are, which nobody should close by mistake. */
  Reply closeSessions(Request request) {
    Map<String, String> of = request.query(Set.of(ApiReads.SERVER, ApiReads.BACKEND));
    String server = of.get(ApiReads.SERVER);
    String backend = of.get(ApiReads.BACKEND);
    if ((server == null) == (backend == null)) {
      throw new Refusal(
          BAD_REQUEST, "whose sessions? write ?server=name, ?server=backend/name or ?backend=name");
    }
    return closed(
        server != null
            ? operations.closeSessions(caller(request), reads.named(server))
            : operations.closeSessions(caller(request), reads.namedBackend(backend)));
  }

  private static Reply closed(int sessions) {
    return Reply.json(new JsonWriter().open().put("closed", sessions).close().text());
  }

  Reply wake(Request request) {
    request.query(Set.of());
    boolean counts = operations.wake(caller(request));
    return Reply.json(
        new JsonWriter()
            .open()
            .put("counts", counts)
            .put("demand", operations.demandEverywhere())
            .close()
            .text());
  }

  /** Not cancelled with its caller: it is applied whole or not at all. */
  CompletableFuture<Reply> reload(Request request) {
    request.query(Set.of());
    return operations.reload(caller(request)).thenApply(ApiChanges::reloaded);
  }

  private static Reply reloaded(ReloadResult result) {
    JsonWriter json = new JsonWriter().open();
    return switch (result) {
      case ReloadResult.Applied(var changes) -> {
        json.put("applied", true).openArray("changes");
        changes.forEach(json::add);
        yield Reply.json(json.closeArray().close().text());
      }
      case ReloadResult.Refused(var problems) -> {
        json.put("error", "nothing has changed: " + String.join("; ", problems))
            .put("applied", false)
            .openArray("problems");
        problems.forEach(json::add);
        yield Reply.json(HttpResponseStatus.UNPROCESSABLE_ENTITY, json.closeArray().close().text());
      }
    };
  }

  Reply shutdown(Request request) {
    request.query(Set.of());
    operations.shutdown(caller(request));
    return Reply.json(
        HttpResponseStatus.ACCEPTED,
        new JsonWriter()
            .open()
            .put("stopping", true)
            .put("sessions", operations.liveSessions())
            .close()
            .text());
  }
}
