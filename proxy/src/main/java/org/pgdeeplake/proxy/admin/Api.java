package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** What the API says about itself. */
final class Api {
  private static final String DESCRIPTION = Resource.text(Api.class, "openapi.json");

  private Api() {}

  /** Every path with its methods, for a person with curl. */
  static Reply index(List<Routes.Endpoint> endpoints) {
    JsonWriter json =
        new JsonWriter()
            .open()
            .put("description", Routes.API + "/openapi.json")
            .openArray("endpoints");
    for (Routes.Endpoint endpoint : endpoints) {
      if (endpoint.path().text().startsWith(Routes.API)) {
        json.openElement()
            .put("method", endpoint.method().name())
            .put("path", endpoint.path().text())
            .put("credentials", endpoint.access() != Access.OPEN)
            .close();
      }
    }
    return Reply.json(json.closeArray().close().text());
  }

  /** OpenAPI 3.1. */
  static Reply description() {
    return new Reply(HttpResponseStatus.OK, "application/json", DESCRIPTION);
  }
}
