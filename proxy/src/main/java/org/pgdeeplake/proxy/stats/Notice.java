package org.pgdeeplake.proxy.stats;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.operation.Topology.Place;

/**
 * What came of the last order, as the page's address tells it: only known words and names of it are
 * shown, since anybody can make such a link.
 */
record Notice(boolean good, String text) {

  /**
   * @param status as {@code DONE}
   */
  static Optional<Notice> of(String status, Order order, Topology topology) {
    return switch (status.toUpperCase(Locale.ROOT)) {
      case "DONE" -> Optional.of(new Notice(true, done(order, topology)));
      case "NONE" -> Optional.of(new Notice(true, "Nothing has changed: " + unchanged(order)));
      case "PART" ->
          Optional.of(new Notice(false, "Done in part: not all of the servers named are known."));
      case "ERRP" -> Optional.of(new Notice(false, refused(order)));
      case "DENY" -> Optional.of(new Notice(false, "Refused: nobody may change anything."));
      case "UNKN" ->
          Optional.of(new Notice(false, "Not done: this proxy has nothing like that action."));
      default -> Optional.empty();
    };
  }

  private static String unchanged(Order order) {
    Verb verb = Verb.of(order.action()).orElse(null);
    if (verb == Verb.WAKE) {
      return "demand.linger is 0, so there is no demand without a client.";
    }
    boolean named =
        !order.backend().isEmpty()
            && (verb == null || !verb.ofServers() || !order.servers().isEmpty());
    return verb != null && named
        ? "it was so already."
        : "it was so already, or no action, backend or server was named.";
  }

  private static String refused(Order order) {
    return switch (Verb.of(order.action()).orElse(null)) {
      case RELOAD ->
          "Refused: the configuration has problems, and nothing has changed."
              + " The log names them.";
      case CLOSE -> "Not done: the session has ended already.";
      case null, default -> "Not done: there is no such backend, server or action.";
    };
  }

  private static String done(Order order, Topology topology) {
    String names = names(order, topology);
    return switch (Verb.of(order.action()).orElse(null)) {
      case READY ->
          named(order, topology).stream().anyMatch(place -> !place.server().up())
              ? names + " is ready: it takes sessions as soon as its check passes."
              : names + " is ready: it takes sessions.";
      case DRAIN -> names + " drains: it takes no new sessions and keeps those it has.";
      case MAINT -> names + " is in maintenance: its sessions are closed, and it is not checked.";
      case SHUTDOWN -> "The sessions of " + names + " are closed.";
      case CLOSE -> "The session is closed.";
      case PAUSE -> names + " is paused: new sessions wait.";
      case RESUME -> names + " goes on: waiting sessions get their servers.";
      case WAKE -> "Demand is published: whoever starts instances is told that one is wanted.";
      case RELOAD -> "The configuration is reloaded; the log names what has changed.";
      case null -> "Done.";
    };
  }

  private static String names(Order order, Topology topology) {
    if (topology.backend(order.backend()).isEmpty()) {
      return "It";
    }
    List<Place> servers = named(order, topology);
    return servers.isEmpty()
        ? order.backend()
        : servers.stream().map(Place::name).collect(Collectors.joining(", "));
  }

  private static List<Place> named(Order order, Topology topology) {
    return order.servers().stream()
        .flatMap(server -> topology.server(order.backend(), server).stream())
        .toList();
  }

  Html html() {
    return Html.of(
        "<p id=\"notice\" class=\"notice-bar {}\" role=\"status\">{} {}</p>",
        good ? "good" : "bad",
        (good ? State.Tone.GOOD : State.Tone.BAD).mark(),
        text);
  }
}
