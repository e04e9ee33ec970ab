package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.config.Spelling;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology.Place;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/** What commands do; names are looked up when they run. On a connection's event loop. */
final class Actions {
  private static final String AMBIGUOUS = "42P09";
  private static final String NOT_IN_STATE = "55000";
  private static final String CONFIG_FILE_ERROR = "F0000";

  /** Names in a hint; a list that nobody reads helps nobody. */
  private static final int NAMES_SHOWN = 20;

  private final Operations operations;

  Actions(Operations operations) {
    this.operations = operations;
  }

  /**
   * @param name null: every backend
   */
  Answer pause(Caller caller, @Nullable String name) throws ConsoleException {
    for (Backend backend : backends(name)) {
      operations.pause(caller, backend);
    }
    return Answer.EMPTY;
  }

  /**
   * @param name null: every backend
   */
  Answer resume(Caller caller, @Nullable String name) throws ConsoleException {
    for (Backend backend : backends(name)) {
      operations.resume(caller, backend);
    }
    return Answer.EMPTY;
  }

  Answer administer(Caller caller, String name, AdministrativeState wanted)
      throws ConsoleException {
    operations.administer(caller, place(name), wanted);
    return Answer.EMPTY;
  }

  Answer drain(Caller caller, String name) throws ConsoleException {
    Place place = place(name);
    operations.administer(caller, place, AdministrativeState.DRAIN);
    int sessions = place.server().sessions();
    return sessions == 0
        ? Answer.EMPTY
        : Answer.notice(place.name() + ": " + count(sessions) + " may go on");
  }

  /** Completes when the server is empty, exceptionally when it is not within the limit. */
  CompletableFuture<Answer> drain(Command.Invocation by, String name, Duration limit)
      throws ConsoleException {
    Place place = place(name);
    operations.administer(by.caller(), place, AdministrativeState.DRAIN);
    CompletableFuture<Boolean> empty = operations.awaitEmpty(place, limit, by.loop());
    CompletableFuture<Answer> answer =
        empty.thenCompose(done ->
            done ? Answer.EMPTY.now() : CompletableFuture.failedFuture(notEmpty(place, limit)));
    var _ =
        answer.whenComplete((_, _) -> {
          if (answer.isCancelled()) {
            empty.cancel(false);
          }
        });
    return answer;
  }

  private static ConsoleException notEmpty(Place place, Duration limit) {
    return ConsoleException.of(
        NOT_IN_STATE,
        place.name()
            + " still has "
            + count(place.server().sessions())
            + " after "
            + limit.toSeconds()
            + " s",
        "It goes on draining. DRAIN ... WAIT again, or MAINT closes them.");
  }

  private static String count(int sessions) {
    return sessions + (sessions == 1 ? " session" : " sessions");
  }

  Answer killSession(Caller caller, long id) throws ConsoleException {
    if (!operations.closeSession(caller, id)) {
      throw ConsoleException.of(
          ConsoleException.UNDEFINED_OBJECT,
          "there is no session " + id,
          "SHOW CLIENTS has the ids.");
    }
    return Answer.EMPTY;
  }

  /** Every session of a backend, or where there is no such backend of a server. */
  Answer killAll(Caller caller, String name) throws ConsoleException {
    var backend = operations.topology().backend(name);
    int ended =
        backend.isPresent()
            ? operations.closeSessions(caller, backend.get())
            : operations.closeSessions(caller, place(name));
    return Answer.notice(count(ended) + " ended");
  }

  CompletableFuture<Answer> reload(Caller caller) {
    return operations
        .reload(caller)
        .thenCompose(result ->
            switch (result) {
              case ReloadResult.Applied(List<String> changes) ->
                  Answer.rows(changes.stream().map(change -> Answer.row(change)).toList()).now();
              case ReloadResult.Refused(List<String> problems) ->
                  CompletableFuture.failedFuture(
                      new ConsoleException(
                          new ErrorResponse(
                              CONFIG_FILE_ERROR,
                              "the configuration is refused; everything runs on as it did",
                              String.join("\n", problems),
                              "")));
            });
  }

  Answer wake(Caller caller) {
    return Answer.notice(
        operations.wake(caller)
            ? "it counts as demand for " + linger() + " s (demand.linger)"
            : "it counts for nothing: demand.linger is 0");
  }

  private long linger() {
    return operations.demand().config().linger().toSeconds();
  }

  Answer shutDown(Caller caller) {
    int sessions = operations.liveSessions();
    operations.shutdown(caller);
    return Answer.notice("no new sessions; " + count(sessions) + " may go on for a while");
  }

  private List<Backend> backends(@Nullable String name) throws ConsoleException {
    List<Backend> all = operations.topology().backends();
    if (name == null) {
      return all;
    }
    List<Backend> named = all.stream().filter(backend -> backend.name().equals(name)).toList();
    if (named.isEmpty()) {
      throw unknown("backend", name, all.stream().map(Backend::name).toList());
    }
    return named;
  }

  private Place place(String name) throws ConsoleException {
    List<Place> all = operations.topology().places();
    List<Place> named =
        all.stream()
            .filter(place -> place.name().equals(name) || place.server().name().equals(name))
            .toList();
    if (named.size() > 1) {
      throw ConsoleException.of(
          AMBIGUOUS,
          "more than one server is called \"" + name + "\"",
          "Write one of: " + names(named.stream().map(Place::name).toList()));
    }
    if (named.isEmpty()) {
      throw unknown("server", name, all.stream().map(place -> place.server().name()).toList());
    }
    return named.getFirst();
  }

  private static ConsoleException unknown(String kind, String name, Collection<String> known) {
    String hint =
        Spelling.nearest(name, known)
            .map(near -> "Did you mean " + near + "?")
            .orElseGet(() ->
                known.isEmpty() ? "There is none." : "The " + kind + "s are: " + names(known));
    return ConsoleException.of(
        ConsoleException.UNDEFINED_OBJECT, "there is no " + kind + " \"" + name + "\"", hint);
  }

  private static String names(Collection<String> names) {
    String shown = names.stream().distinct().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
    return names.size() > NAMES_SHOWN ? shown + ", ..." : shown;
  }
}
