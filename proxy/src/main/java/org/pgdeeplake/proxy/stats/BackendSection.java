package org.pgdeeplake.proxy.stats;

import static org.pgdeeplake.proxy.stats.Section.Column.number;
import static org.pgdeeplake.proxy.stats.Section.Column.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.operation.Topology.Place;

/** A backend: its state, its queue against its limits, and a row for each server. */
final class BackendSection {
  private BackendSection() {}

  /**
   * @param onlyUp servers that are down are left out, as HAProxy's page does for {@code ;up}
   */
  static Html html(Backend backend, View view, boolean onlyUp) {
    List<Html> rows =
        backend.servers().stream()
            .filter(server -> !onlyUp || server.up())
            .map(server -> server(new Place(backend, server)))
            .toList();
    return Section.table(
        "backend-" + view.topology().backends().indexOf(backend),
        "Backend " + backend.name(),
        about(backend, view),
        List.of(
            text("Server"),
            text("State"),
            text("Last check"),
            text("Changed"),
            number("Sessions"),
            number("Most"),
            number("Limit"),
            number("Total"),
            number("In"),
            number("Out"),
            number("Errors"),
            number("Down"),
            Section.Column.actions()),
        rows,
        onlyUp ? "No server is up." : "It has no servers.");
  }

  private static Html about(Backend backend, View view) {
    State state = State.of(backend, view);
    return Html.all(
        Html.of("<p class=\"summary\">{} {}</p>", state.badge(), state.sentence()),
        Html.of(
            "<p class=\"actions\">{}</p>",
            Links.backend(
                backend.administration().paused() ? Verb.RESUME : Verb.PAUSE, backend.name())),
        queue(backend, view));
  }

  private static Html queue(Backend backend, View view) {
    double oldest = view.oldestSeconds(backend);
    Duration timeout = backend.config().timeouts().queue();
    return Html.of(
        """
        <dl class="queue">
        <div><dt>In the queue</dt><dd>{} <small>of {}, {} at most</small></dd></div>
        <div><dt>Oldest waiter</dt><dd>{} <small>of {}</small>
        <meter aria-label="Oldest waiter, of the queue's timeout" min="0" max="{}" low="{}" high="{}" optimum="0" value="{}">{} of {}</meter></dd></div>
        <div><dt>Average wait</dt><dd>{} <small>of ended sessions</small></dd></div>
        <div><dt>Redispatched</dt><dd>{}</dd></div>
        </dl>
        """,
        Units.count(backend.queued()),
        Units.count(backend.config().queue().limit()),
        Units.count(backend.maxQueued()),
        Units.wholeTime(oldest),
        Units.wholeTime(timeout),
        timeout.toSeconds(),
        timeout.dividedBy(4).toSeconds(),
        timeout.dividedBy(2).toSeconds(),
        (long) oldest,
        Units.wholeTime(oldest),
        Units.wholeTime(timeout),
        Units.time(backend.traffic().queueTime().averageSeconds()),
        Units.count(backend.traffic().redispatchesTotal()));
  }

  private static Html server(Place place) {
    Server server = place.server();
    CheckResult check = server.lastCheck();
    long errors = server.traffic().connectErrorsTotal() + server.traffic().responseErrorsTotal();
    return Html.of(
        """
        <tr class="{}"><th scope="row">{}<small>{}</small></th>{}
        <td>{}<small>{}</small></td>{}{}{}{}{}{}{}{}{}<td class="actions">{}</td></tr>
        """,
        State.of(server).tone().style(),
        server.name(),
        server.address(),
        Section.text(State.of(server).badge()),
        check(check),
        check.info(),
        Section.text(Units.wholeTime(server.uptime().secondsSinceChange()) + " ago"),
        Section.number(Units.count(server.sessions())),
        Section.number(Units.count(server.maxSessions())),
        Section.number(server.limit() == 0 ? "none" : Units.count(server.limit())),
        Section.number(Units.count(server.traffic().sessionsTotal())),
        Section.number(Units.bytes(server.traffic().bytesInTotal())),
        Section.number(Units.bytes(server.traffic().bytesOutTotal())),
        Section.number(Units.count(errors)),
        Section.number(Units.wholeTime(server.uptime().downSeconds())),
        actions(place));
  }

  private static Html check(CheckResult check) {
    return check.status() == CheckResult.Status.INI
        ? Html.of("none yet")
        : Html.of(
            "<abbr title=\"{}\">{}</abbr> in {} ms",
            check.status().description(),
            check.status().name(),
            TimeUnit.NANOSECONDS.toMillis(check.durationNanos()));
  }

  private static Html actions(Place place) {
    AdministrativeState now = place.server().administrative();
    List<Html> links = new ArrayList<>();
    if (now != AdministrativeState.READY) {
      links.add(Links.server(Verb.READY, place));
    }
    if (now != AdministrativeState.DRAIN) {
      links.add(Links.server(Verb.DRAIN, place));
    }
    if (now != AdministrativeState.MAINT) {
      links.add(Links.server(Verb.MAINT, place));
    }
    if (place.server().sessions() > 0) {
      links.add(Links.server(Verb.SHUTDOWN, place));
    }
    return Html.each(links, link -> link);
  }
}
