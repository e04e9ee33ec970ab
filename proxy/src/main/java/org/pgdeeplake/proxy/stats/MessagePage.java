package org.pgdeeplake.proxy.stats;

/** A page that says one thing. */
public final class MessagePage {
  private MessagePage() {}

  public static String html(String title, String message) {
    return Frame.html(
        title,
        Html.NONE,
        Html.of(
            """
            <main id="main" class="alone"><h1>{}</h1><p>{}</p>
            <p><a class="button" href="/stats">To the page</a></p></main>
            """,
            title,
            message));
  }
}
