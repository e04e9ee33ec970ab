package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param headers what it has beyond its type, its length and what every answer has
 */
record Reply(
    HttpResponseStatus status, String contentType, String body, Map<String, String> headers) {
  private static final String JSON = "application/json";

  Reply(HttpResponseStatus status, String contentType, String body) {
    this(status, contentType, body, Map.of());
  }

  static Reply text(HttpResponseStatus status, String body) {
    return new Reply(status, "text/plain; charset=utf-8", body + "\n");
  }

  static Reply json(String body) {
    return json(HttpResponseStatus.OK, body);
  }

  static Reply json(HttpResponseStatus status, String body) {
    return new Reply(status, JSON, body + "\n");
  }

  /**
   * @param message for a person: what is wrong and what would be right
   */
  static Reply error(HttpResponseStatus status, String message) {
    return json(status, new JsonWriter().open().put("error", message).close().text());
  }

  static Reply html(HttpResponseStatus status, String page) {
    return new Reply(status, "text/html; charset=utf-8", page);
  }

  /** To be fetched with GET, whatever the method was. */
  static Reply seeOther(String location) {
    return text(HttpResponseStatus.SEE_OTHER, location)
        .with(HttpHeaderNames.LOCATION.toString(), location);
  }

  Reply with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Reply(status, contentType, body, more);
  }
}
