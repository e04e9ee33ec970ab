package org.pgdeeplake.proxy.stats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import org.pgdeeplake.proxy.operation.Topology.Place;

/** The page's buttons: each leads to a question, and only its answer changes anything. */
final class Links {
  private Links() {}

  static Html server(Verb verb, Place place) {
    return button(
        verb,
        "b=" + encoded(place.backend().name()) + "&s=" + encoded(place.server().name()),
        place.name());
  }

  static Html backend(Verb verb, String backend) {
    return button(verb, "b=" + encoded(backend), backend);
  }

  static Html session(long id) {
    return button(Verb.CLOSE, "id=" + id, "session " + id);
  }

  static Html all(Verb verb) {
    return button(verb, "", "");
  }

  private static Html button(Verb verb, String query, String of) {
    String action = "/stats/confirm?action=" + verb.word() + (query.isEmpty() ? "" : "&" + query);
    return Html.of(
        "<a class=\"button {}\" data-ask href=\"{}\">{}<span class=\"vh\"> {}</span></a>",
        verb.word(),
        action,
        verb.title(),
        of);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, UTF_8);
  }
}
