package org.pgdeeplake.proxy.stats;

/** What every page has around its content; nothing of it comes from another place. */
final class Frame {
  private Frame() {}

  /**
   * @param head further elements of the head
   */
  static String html(String title, Html head, Html body) {
    return Html.of(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>{}</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="/stats/page.css">
            {}</head>
            <body>
            {}</body>
            </html>
            """,
            title,
            head,
            body)
        .markup();
  }
}
