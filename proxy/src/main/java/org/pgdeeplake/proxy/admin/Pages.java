package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Answers for browsers: what a page may load and do is as little as it needs. */
final class Pages {
  private static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
          + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  private Pages() {}

  static Reply reply(HttpResponseStatus status, String html) {
    return Reply.html(status, html)
        .with("Content-Security-Policy", POLICY)
        .with("X-Frame-Options", "DENY")
        // Not no-referrer: then a browser hides the origin of the page's own forms.
        .with("Referrer-Policy", "same-origin")
        .with("Cross-Origin-Opener-Policy", "same-origin");
  }
}
