package org.pgdeeplake.proxy.stats;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.operation.ProxyVersion;

/** The page: one look tells what is wrong, and what is below tells why. */
public final class StatsPage {
  private static final String REFRESH = "norefresh";
  private static final String ONLY_UP = "up";

  private StatsPage() {}

  /**
   * @param options of the address, behind its semicolons, as {@code norefresh} or {@code st=DONE}
   * @param order what was done before, as the address tells it
   */
  public static String html(View view, Set<String> options, Order order) {
    Optional<Notice> notice =
        options.stream()
            .filter(option -> option.startsWith("st="))
            .findFirst()
            .flatMap(option -> Notice.of(option.substring(3), order, view.topology()));
    State state = State.of(view);
    boolean refresh = !options.contains(REFRESH);
    Html head =
        Html.all(
            refresh
                ? Html.of(
                    "<noscript><meta http-equiv=\"refresh\" content=\"10; url={}\"></noscript>\n",
                    path(options, ""))
                : Html.NONE,
            Html.of("<script src=\"/stats/page.js\" defer></script>\n"));
    Html body =
        Html.all(
            header(view, options),
            Html.of("<main id=\"main\" tabindex=\"-1\">\n"),
            notice.map(Notice::html).orElse(Html.NONE),
            headline(state),
            figures(view),
            Chart.html(view.history().samples()),
            Html.each(
                view.topology().backends(),
                backend -> BackendSection.html(backend, view, options.contains(ONLY_UP))),
            Tables.frontends(view),
            Tables.wakes(view),
            Tables.sessions(view),
            Html.of("</main>\n"),
            footer(options));
    return Frame.html(state.word() + " · pg-proxy", head, body);
  }

  /** The page that asks before something is done; empty where there is nothing to ask. */
  public static Optional<String> question(View view, Order order, String token) {
    return Question.of(order, view.topology(), view.sessions())
        .map(question ->
            Frame.html(
                question.title(),
                Html.NONE,
                Html.of("<main id=\"main\" class=\"alone\">{}</main>", question.html(token))));
  }

  /** The page's own address: what is known of its options stays, but for one. */
  private static String path(Set<String> options, String toggled) {
    return Stream.of(REFRESH, ONLY_UP)
        .filter(option -> options.contains(option) != option.equals(toggled))
        .map(option -> ";" + option)
        .collect(Collectors.joining("", "/stats", ""));
  }

  private static Html header(View view, Set<String> options) {
    boolean refresh = !options.contains(REFRESH);
    return Html.of(
        """
        <a class="skip" href="#main">To the content</a>
        <header class="top">
        <p class="name"><b>pg-proxy</b> <small>{}</small></p>
        <p id="moment" class="moment" data-live>{}, up for {}</p>
        <p class="live" data-refresh="{}"><a href="{}">{}</a></p>
        </header>
        """,
        ProxyVersion.text(),
        Units.at(view.now()),
        Units.wholeTime(view.uptime()),
        refresh,
        path(options, REFRESH),
        refresh ? "Stop refreshing" : "Refresh again");
  }

  private static Html headline(State state) {
    return Html.all(
        Html.of(
            """
            <section id="state" class="state {}" data-live data-state="{}" aria-labelledby="state-h">
            {}<h1 id="state-h">{}</h1>
            <p>{}.</p>
            </section>
            """,
            state.tone().style(),
            state.word(),
            state.tone().mark(),
            state.word(),
            capital(state.sentence())),
        Html.of("<p id=\"said\" class=\"vh\" role=\"status\"></p>\n"));
  }

  private static String capital(String sentence) {
    return sentence.isEmpty()
        ? ""
        : Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static Html figures(View view) {
    var demand = view.demand();
    return Html.all(
        Html.of(
            """
            <section id="figures" class="card" data-live aria-labelledby="figures-h">
            <div class="heading"><h2 id="figures-h">Now</h2><p class="actions">{}{}</p></div>
            <dl class="figures">
            """,
            Links.all(Verb.WAKE),
            Links.all(Verb.RELOAD)),
        figure("Waiting", Units.count(demand.waiting()), "clients"),
        figure("Oldest waiter", Units.wholeTime(demand.oldestWaiterSeconds()), ""),
        figure("Servers up", up(view), "of " + view.topology().places().size()),
        figure(
            "Demand",
            Units.count(view.demandEverywhere()),
            view.demandEverywhere() == 0 ? "may sleep" : ""),
        figure("Busy", Units.count(demand.busy()), "sessions"),
        figure("In transaction", Units.count(demand.inTransaction()), "sessions"),
        figure("Idle", Units.count(demand.idle()), "sessions"),
        figure("Opaque", Units.count(demand.opaque()), "sessions"),
        Html.of("</dl></section>\n"));
  }

  private static String up(View view) {
    return Units.count(view.topology().backends().stream().mapToInt(Backend::activeServers).sum());
  }

  private static Html figure(String title, String value, String unit) {
    return Html.of("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>\n", title, value, unit);
  }

  private static Html footer(Set<String> options) {
    return Html.of(
        """
        <footer><nav aria-label="More"><ul>
        <li><a href="{}">{}</a></li>
        <li><a href="/stats;csv">CSV</a></li>
        <li><a href="/metrics">Metrics</a></li>
        <li><a href="/api/v1">API</a></li>
        <li><a href="/api/v1/openapi.json">OpenAPI</a></li>
        </ul></nav></footer>
        """,
        path(options, ONLY_UP),
        options.contains(ONLY_UP) ? "Show all servers" : "Hide servers that are down");
  }
}
