package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Function;

/** What a path has to offer. */
sealed interface Route {

  /** One answer, made on the event loop: it must not block. */
  record Page(Function<HttpRequest, Reply> reply) implements Route {}

  /** One line now and one for each change, until either side ends it. */
  record DemandLines() implements Route {}

  record Reply(HttpResponseStatus status, String contentType, String body) {
    static Reply text(HttpResponseStatus status, String body) {
      return new Reply(status, "text/plain; charset=utf-8", body + "\n");
    }

    static Reply json(String body) {
      return new Reply(HttpResponseStatus.OK, "application/json", body + "\n");
    }

    static Reply error(HttpResponseStatus status, String message) {
      String body = new JsonWriter().open().put("error", message).close().text();
      return new Reply(status, "application/json", body + "\n");
    }
  }
}
