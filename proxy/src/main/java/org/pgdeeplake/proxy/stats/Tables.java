package org.pgdeeplake.proxy.stats;

import static org.pgdeeplake.proxy.stats.Section.Column.number;
import static org.pgdeeplake.proxy.stats.Section.Column.text;

import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.traffic.Traffic;
import org.pgdeeplake.proxy.wake.Wake;

/** Frontends, sessions and wakes, a row each. */
final class Tables {
  /** Rows of sessions; the API tells of all of them, part by part. */
  static final int MOST_SESSIONS = 200;

  private static final int MOST_WAKES = 20;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String NO_VALUE = "–";

  private Tables() {}

  static Html frontends(View view) {
    return Section.table(
        "frontends",
        "Frontends",
        Html.NONE,
        List.of(
            text("Frontend"),
            text("State"),
            text("TLS"),
            number("Sessions"),
            number("Most"),
            number("Limit"),
            number("New per s"),
            number("Total"),
            number("In"),
            number("Out"),
            number("Denied"),
            number("Bad requests")),
        view.topology().frontends().stream().map(Tables::frontend).toList(),
        "No frontend is configured.");
  }

  private static Html frontend(Frontend frontend) {
    FrontendConfig config = frontend.config();
    Traffic traffic = frontend.traffic().traffic();
    State state =
        frontend.bound()
            ? new State(State.Tone.GOOD, "LISTENS", "")
            : new State(State.Tone.BAD, "CLOSED", "");
    return Html.of(
        """
        <tr><th scope="row">{}<small>{} → {}</small></th>{}{}{}{}{}{}{}{}{}{}{}</tr>
        """,
        config.name(),
        address(frontend),
        config.defaultBackend(),
        Section.text(state.badge()),
        Section.text(config.tls().mode().name().toLowerCase(Locale.ROOT)),
        Section.number(Units.count(frontend.traffic().current())),
        Section.number(Units.count(frontend.traffic().max())),
        Section.number(Units.count(config.maxConnections())),
        Section.number(Units.count(traffic.rate().perSecond())),
        Section.number(Units.count(traffic.sessionsTotal())),
        Section.number(Units.bytes(traffic.bytesInTotal())),
        Section.number(Units.bytes(traffic.bytesOutTotal())),
        Section.number(Units.count(frontend.traffic().deniedTotal())),
        Section.number(Units.count(frontend.traffic().requestErrorsTotal())));
  }

  /** With the port that the system chose, where the configuration left it open. */
  private static HostPort address(Frontend frontend) {
    HostPort bind = frontend.config().bind();
    return frontend.bound() ? new HostPort(bind.host(), frontend.address().getPort()) : bind;
  }

  static Html sessions(View view) {
    int all = view.sessions().size();
    String title = "Sessions (" + Units.count(all) + ")";
    Html about =
        all <= MOST_SESSIONS
            ? Html.NONE
            : Html.of(
                "<p class=\"hint\">The first {}; <a href=\"/api/v1/sessions\">more as JSON</a>.</p>",
                Units.count(MOST_SESSIONS));
    return Section.table(
        "sessions",
        title,
        about,
        List.of(
            number("Id"),
            text("Client"),
            text("User"),
            text("Database"),
            text("Application"),
            text("State"),
            text("Server"),
            number("Age"),
            number("Waited"),
            number("In"),
            number("Out"),
            Section.Column.actions()),
        view.sessions().stream().limit(MOST_SESSIONS).map(Tables::session).toList(),
        "No session.");
  }

  private static Html session(SessionSnapshot session) {
    return Html.of(
        """
        <tr><th scope="row" class="num">{}</th>{}{}{}{}{}{}{}{}{}{}<td class="actions">{}</td></tr>
        """,
        session.id(),
        Section.text(client(session)),
        Section.text(known(session.user())),
        Section.text(known(session.database())),
        Section.text(known(session.application())),
        Section.text(state(session).badge()),
        Section.text(session.server() == null ? NO_VALUE : session.server()),
        Section.number(Units.wholeTime(session.ageSeconds())),
        Section.number(
            session.waitedSeconds() < 0 ? NO_VALUE : Units.time(session.waitedSeconds())),
        Section.number(Units.bytes(session.bytesIn())),
        Section.number(Units.bytes(session.bytesOut())),
        Links.session(session.id()));
  }

  private static String client(SessionSnapshot session) {
    String host = session.client().getAddress().getHostAddress();
    return session.client().getAddress() instanceof Inet6Address
        ? "[" + host + "]:" + session.client().getPort()
        : host + ":" + session.client().getPort();
  }

  private static String known(String name) {
    return name.isEmpty() ? NO_VALUE : name;
  }

  private static State state(SessionSnapshot session) {
    if (View.waits(session)) {
      return new State(State.Tone.WARN, "waits", "");
    }
    return switch (session.activity()) {
      case "" -> new State(State.Tone.CALM, session.state().toLowerCase(Locale.ROOT), "");
      case "busy" -> new State(State.Tone.GOOD, "busy", "");
      case "in_transaction" -> new State(State.Tone.NOTICE, "in transaction", "");
      case "opaque" -> new State(State.Tone.GOOD, "opaque", "");
      default -> new State(State.Tone.CALM, session.activity(), "");
    };
  }

  static Html wakes(View view) {
    List<WakeOf> wakes = new ArrayList<>();
    view.topology()
        .backends()
        .forEach(backend ->
            backend.wakes().forEach(wake -> wakes.add(new WakeOf(backend.name(), wake))));
    wakes.sort(Comparator.comparing((WakeOf of) -> of.wake().began()).reversed());
    return Section.table(
        "wakes",
        "Wakes",
        Html.of("<p class=\"hint\">Times since the demand began.</p>"),
        List.of(
            text("Began"),
            text("Backend"),
            text("Outcome"),
            number("Clients"),
            number("Server up"),
            number("First session"),
            number("First row")),
        wakes.stream().limit(MOST_WAKES).map(of -> wake(of, view)).toList(),
        "No instance had to be waited for since the start.");
  }

  private record WakeOf(String backend, Wake wake) {}

  private static Html wake(WakeOf of, View view) {
    Wake wake = of.wake();
    State outcome =
        switch (wake.outcome()) {
          case WAITING -> new State(State.Tone.WARN, "waiting", "");
          case SERVED -> new State(State.Tone.GOOD, "served", "");
          case ABANDONED -> new State(State.Tone.BAD, "abandoned", "");
        };
    return Html.of(
        """
        <tr><th scope="row">{}<small>{} ago</small></th>{}{}{}{}{}{}</tr>
        """,
        Units.dayAndTime(wake.began()),
        Units.wholeTime(Duration.between(wake.began(), view.now())),
        Section.text(of.backend()),
        Section.text(outcome.badge()),
        Section.number(Units.count(wake.waiters())),
        Section.number(phase(wake.serverUp())),
        Section.number(phase(wake.firstSession())),
        Section.number(phase(wake.firstRow())));
  }

  private static String phase(@Nullable Duration phase) {
    return phase == null ? NO_VALUE : Units.time(phase.toNanos() / NANOS_PER_SECOND);
  }
}
