package org.pgdeeplake.proxy.stats;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.operation.Topology.Place;
import org.pgdeeplake.proxy.session.SessionSnapshot;

/** What is asked before anything is changed: a page of its own, or a part of one in a dialog. */
record Question(Verb verb, Order order, String title, String consequence) {

  /** Empty where there is nothing that the order could be about. */
  static Optional<Question> of(Order order, Topology topology, List<SessionSnapshot> sessions) {
    Verb verb = Verb.of(order.action()).orElse(null);
    if (verb == null) {
      return Optional.empty();
    }
    if (verb.ofServers()) {
      return order.servers().size() == 1
          ? topology
              .server(order.backend(), order.servers().getFirst())
              .map(place -> server(verb, order, place))
          : Optional.empty();
    }
    if (verb.ofBackend()) {
      return topology.backend(order.backend()).map(backend -> backend(verb, order));
    }
    return switch (verb) {
      case CLOSE ->
          sessions.stream()
              .filter(session -> order.id().orElse(-1) == session.id())
              .findFirst()
              .map(session -> session(order, session));
      case WAKE ->
          Optional.of(
              new Question(
                  verb, order, "Wake an instance?", wake(topology.config().demand().linger())));
      default ->
          Optional.of(
              new Question(
                  verb,
                  order,
                  "Reload the configuration?",
                  "The file is read again and applied whole, or refused whole. No session is"
                      + " dropped because of it."));
    };
  }

  private static String wake(Duration linger) {
    return linger.isPositive()
        ? "Demand is published for "
            + Units.wholeTime(linger)
            + ", as if a client waited, so that whatever starts instances starts one."
        : "demand.linger is 0, so there is no demand without a client: nothing will happen.";
  }

  private static Question server(Verb verb, Order order, Place place) {
    String sessions = Units.count(place.server().sessions(), "session");
    String name = place.name();
    return switch (verb) {
      case READY ->
          new Question(
              verb,
              order,
              "Make " + name + " ready?",
              place.server().up()
                  ? "Its checks pass: it takes sessions at once."
                  : "It takes sessions as soon as its check passes.");
      case DRAIN ->
          new Question(
              verb,
              order,
              "Drain " + name + "?",
              "It takes no new sessions. Those it has, "
                  + sessions
                  + " now, go on until they end.");
      case MAINT ->
          new Question(
              verb,
              order,
              "Put " + name + " into maintenance?",
              "It takes no new sessions, is not checked, and those it has, "
                  + sessions
                  + " now, are closed at once (57P01).");
      default ->
          new Question(
              verb,
              order,
              "Close all sessions of " + name + "?",
              "It has "
                  + sessions
                  + " now; their clients see FATAL 57P01. It goes on taking new ones.");
    };
  }

  private static Question backend(Verb verb, Order order) {
    return verb == Verb.PAUSE
        ? new Question(
            verb,
            order,
            "Pause " + order.backend() + "?",
            "New sessions wait in the queue, at most for its timeout. Those that are served go on.")
        : new Question(
            verb,
            order,
            "Resume " + order.backend() + "?",
            "Waiting sessions get their servers, in the order in which they came.");
  }

  private static Question session(Order order, SessionSnapshot session) {
    String who = session.user().isEmpty() ? "a user not known" : "user " + session.user();
    String where = session.database().isEmpty() ? "" : ", database " + session.database();
    return new Question(
        Verb.CLOSE,
        order,
        "Close session " + session.id() + "?",
        "It belongs to " + who + where + "; its client sees FATAL 57P01.");
  }

  private boolean harmful() {
    return verb == Verb.MAINT || verb == Verb.SHUTDOWN || verb == Verb.CLOSE;
  }

  /**
   * @param token that proves to {@code /stats} that the form is the page's own
   */
  Html html(String token) {
    return Html.of(
        """
        <form id="question" method="post" action="/stats" aria-labelledby="question-h" \
        aria-describedby="question-p">
        <h1 id="question-h">{}</h1>
        <p id="question-p">{}</p>
        <input type="hidden" name="csrf" value="{}">
        <input type="hidden" name="action" value="{}">
        {}{}{}
        <p class="choices"><button type="submit" class="{}">{}</button>
        <a class="button cancel" href="/stats">Cancel</a></p>
        </form>
        """,
        title,
        consequence,
        token,
        verb.word(),
        hidden("b", order.backend().isEmpty() ? List.of() : List.of(order.backend())),
        hidden("s", order.servers()),
        hidden("id", order.session().isEmpty() ? List.of() : List.of(order.session())),
        harmful() ? "harmful" : "plain",
        verb.title());
  }

  private static Html hidden(String name, List<String> values) {
    return Html.each(
        values, value -> Html.of("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, value));
  }
}
