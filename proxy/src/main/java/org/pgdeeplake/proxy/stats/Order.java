package org.pgdeeplake.proxy.stats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.operation.Topology.Place;

/**
 * What a form, or a script that speaks as HAProxy's form does, wants to have done.
 *
 * @param action as it was sent
 * @param backend empty where none is named
 */
public record Order(String action, String backend, List<String> servers, String session) {

  /** What came of it, in HAProxy's codes (its src/stats.c). */
  public enum Status {
    DONE,
    /** It was so already, or nothing was named. */
    NONE,
    /** There is no such backend, server, session or action. */
    ERRP,
    /** Not all of the servers. */
    PART,
    /** Nobody may change anything. */
    DENY,
    /** HAProxy knows it and this proxy does not do it. */
    UNKN
  }

  /** A backend may be named by its number too, as HAProxy's page does. */
  public static Order of(Map<String, List<String>> form, Topology topology) {
    String backend = last(form, "b");
    return new Order(
        last(form, "action"),
        StatsCsv.backend(topology, backend).map(Backend::name).orElse(backend),
        form.getOrDefault("s", List.of()).stream().filter(name -> !name.isEmpty()).toList(),
        last(form, "id"));
  }

  private static String last(Map<String, List<String>> form, String name) {
    List<String> values = form.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.getLast();
  }

  /**
   * @param problems why it was refused; empty where the status says it all
   */
  public record Outcome(Status status, List<String> problems) {}

  /** The same as a query. */
  public String query() {
    StringBuilder query = new StringBuilder("action=").append(encoded(action));
    if (!backend.isEmpty()) {
      query.append("&b=").append(encoded(backend));
    }
    servers.forEach(server -> query.append("&s=").append(encoded(server)));
    if (!session.isEmpty()) {
      query.append("&id=").append(encoded(session));
    }
    return query.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** Does it, without blocking. */
  public CompletableFuture<Outcome> perform(Operations operations, Caller caller) {
    Verb verb = Verb.of(action).orElse(null);
    if (verb == null) {
      return done(
          action.isEmpty() ? Status.NONE : Verb.foreign(action) ? Status.UNKN : Status.ERRP);
    }
    if (verb.ofBackend()) {
      return done(onBackend(verb, operations, caller));
    }
    return switch (verb) {
      case CLOSE -> {
        OptionalLong id = id();
        boolean closed = id.isPresent() && operations.closeSession(caller, id.getAsLong());
        yield done(closed ? Status.DONE : Status.ERRP);
      }
      case WAKE -> done(operations.wake(caller) ? Status.DONE : Status.NONE);
      default -> operations.reload(caller).thenApply(Order::reloaded);
    };
  }

  private static Outcome reloaded(ReloadResult result) {
    return switch (result) {
      case ReloadResult.Applied applied -> new Outcome(Status.DONE, List.of());
      case ReloadResult.Refused(var problems) -> new Outcome(Status.ERRP, problems);
    };
  }

  OptionalLong id() {
    return session.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(session))
        : OptionalLong.empty();
  }

  private Status onBackend(Verb verb, Operations operations, Caller caller) {
    if (backend.isEmpty()) {
      return Status.NONE;
    }
    Backend known = operations.topology().backend(backend).orElse(null);
    if (known == null) {
      return Status.ERRP;
    }
    if (verb.ofServers()) {
      return onServers(verb, operations, caller);
    }
    if (known.administration().paused() == (verb == Verb.PAUSE)) {
      return Status.NONE;
    }
    if (verb == Verb.PAUSE) {
      operations.pause(caller, known);
    } else {
      operations.resume(caller, known);
    }
    return Status.DONE;
  }

  private Status onServers(Verb verb, Operations operations, Caller caller) {
    int unknown = 0;
    int changed = 0;
    for (String server : servers) {
      Place place = operations.topology().server(backend, server).orElse(null);
      if (place == null) {
        unknown++;
      } else if (change(verb, place, operations, caller)) {
        changed++;
      }
    }
    if (unknown > 0) {
      return changed > 0 ? Status.PART : Status.ERRP;
    }
    return changed > 0 ? Status.DONE : Status.NONE;
  }

  private static boolean change(Verb verb, Place place, Operations operations, Caller caller) {
    if (verb == Verb.SHUTDOWN) {
      operations.closeSessions(caller, place);
      return true;
    }
    AdministrativeState wanted = AdministrativeState.valueOf(verb.name());
    if (place.server().administrative() == wanted) {
      return false;
    }
    operations.administer(caller, place, wanted);
    return true;
  }

  private static CompletableFuture<Outcome> done(Status status) {
    return CompletableFuture.completedFuture(new Outcome(status, List.of()));
  }
}
