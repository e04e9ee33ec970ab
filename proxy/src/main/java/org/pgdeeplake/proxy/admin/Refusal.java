package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpResponseStatus;

/** A request cannot be done as it is; its message is for whoever sent it. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient HttpResponseStatus status;

  Refusal(HttpResponseStatus status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  Reply reply() {
    return Reply.error(status, String.valueOf(getMessage()));
  }
}
