package org.pgdeeplake.proxy.stats;

import java.util.List;

/** A page that says one thing, and what it consists of. */
public final class MessagePage {
  private MessagePage() {}

  public static String html(String title, String message) {
    return html(title, message, List.of());
  }

  /**
   * @param details a line each, as they are
   */
  public static String html(String title, String message, List<String> details) {
    return Frame.html(
        title,
        Html.NONE,
        Html.of(
            """
            <main id="main" class="alone"><h1>{}</h1><p>{}</p>
            {}<p><a class="button" href="/stats">To the page</a></p></main>
            """,
            title,
            message,
            details.isEmpty()
                ? Html.NONE
                : Html.of(
                    "<ul class=\"details\">{}</ul>\n",
                    Html.each(details, detail -> Html.of("<li>{}</li>", detail)))));
  }
}
