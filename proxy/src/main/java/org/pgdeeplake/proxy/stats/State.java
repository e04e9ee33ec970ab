package org.pgdeeplake.proxy.stats;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;

/**
 * How somebody is, in a word, a symbol and a colour.
 *
 * @param sentence what there is to know about it; empty where the word is enough
 */
record State(Tone tone, String word, String sentence) {
  /** From a quarter of the time that a waiter has on, somebody should look. */
  private static final double LATE = 0.25;

  /** How bad it is, from best to worst; colours and symbols go by it. */
  enum Tone {
    GOOD("●"),
    CALM("○"),
    NOTICE("◐"),
    WARN("▲"),
    BAD("✕");

    private final String symbol;

    Tone(String symbol) {
      this.symbol = symbol;
    }

    String style() {
      return switch (this) {
        case GOOD -> "good";
        case CALM -> "calm";
        case NOTICE -> "notice";
        case WARN -> "warn";
        case BAD -> "bad";
      };
    }

    Html mark() {
      return Html.of("<span class=\"mark\" aria-hidden=\"true\">{}</span>", symbol);
    }
  }

  Html badge() {
    return Html.of("<span class=\"badge {}\">{} {}</span>", tone.style(), tone.mark(), word);
  }

  static State of(Server server) {
    String status = server.status();
    return switch (server.administrative()) {
      case MAINT -> new State(Tone.CALM, "MAINT", "");
      case DRAIN ->
          new State(
              Tone.NOTICE, server.up() || status.startsWith("DRAIN") ? "DRAIN" : "DRAIN, down", "");
      case READY -> {
        if (!server.up() && server.lastCheck().status() == CheckResult.Status.INI) {
          yield new State(Tone.CALM, "CHECKING", "");
        }
        yield new State(server.up() ? Tone.GOOD : Tone.BAD, status, "");
      }
    };
  }

  /** What one look should tell of a backend. */
  static State of(Backend backend, View view) {
    int up = backend.activeServers();
    int servers = backend.servers().size();
    int waiting = backend.queued();
    Duration limit = backend.config().timeouts().queue();
    double oldest = view.oldestSeconds(backend);
    Tone late = oldest > LATE * limit.toSeconds() ? Tone.BAD : Tone.WARN;
    String waiters =
        waiting == 0
            ? "nobody waits"
            : "%s, the oldest %s of at most %s"
                .formatted(
                    Units.count(waiting, "client") + (waiting == 1 ? " waits" : " wait"),
                    Units.wholeTime(oldest),
                    Units.wholeTime(limit));
    if (backend.administration().paused()) {
      return new State(
          waiting == 0 ? Tone.NOTICE : late, "Paused", "new sessions are held back; " + waiters);
    }
    if (up == 0) {
      String why =
          usable(backend) ? "no server is up" : "every server is drained or in maintenance";
      String word = usable(backend) ? "Asleep" : "Out of service";
      Tone tone = usable(backend) ? Tone.CALM : Tone.WARN;
      return new State(waiting == 0 ? tone : late, word, why + ", " + waiters);
    }
    String serving =
        "%d of %s up%s, %s, %s"
            .formatted(
                up,
                Units.count(servers, "server") + (up == 1 ? " is" : " are"),
                others(backend),
                Units.count(backend.assigned(), "session"),
                waiters);
    if (waiting > 0) {
      return new State(late, "Queueing", serving);
    }
    return new State(up == servers ? Tone.GOOD : Tone.NOTICE, "Serving", serving);
  }

  /** Why the others are not up. */
  private static String others(Backend backend) {
    int drained = 0;
    int maintained = 0;
    int down = 0;
    for (Server server : backend.servers()) {
      switch (server.administrative()) {
        case DRAIN -> drained++;
        case MAINT -> maintained++;
        case READY -> down += server.up() ? 0 : 1;
      }
    }
    String others =
        Stream.of(
                drained > 0 ? drained + " drained" : "",
                maintained > 0 ? maintained + " in maintenance" : "",
                down > 0 ? down + " down" : "")
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? "" : " (" + others + ")";
  }

  private static boolean usable(Backend backend) {
    return backend.servers().stream()
        .anyMatch(server -> server.administrative() == AdministrativeState.READY);
  }

  /** What one look should tell of the whole. */
  static State of(View view) {
    if (!view.ready()) {
      return new State(
          Tone.WARN,
          "Not ready",
          "it has just started and is not warm yet, or a frontend does not listen, or it is shutting down; "
              + Units.count(view.sessions().size(), "session"));
    }
    State worst = null;
    String name = "";
    for (Backend backend : view.topology().backends()) {
      State state = of(backend, view);
      if (worst == null || state.tone().compareTo(worst.tone()) > 0) {
        worst = state;
        name = backend.name();
      }
    }
    if (worst == null) {
      return new State(Tone.CALM, "Idle", "no backend is configured");
    }
    return view.topology().backends().size() == 1
        ? worst
        : new State(worst.tone(), worst.word(), "backend " + name + ": " + worst.sentence());
  }
}
