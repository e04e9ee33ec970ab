package org.pgdeeplake.proxy.admin;

import java.time.Duration;

/**
 * What the admin port may cost, and how fast its streams are.
 *
 * @param connections at once; more are closed as they come
 * @param request from the start of a connection, or its last answer, to a complete request; and how
 *     long the reader of a stream may not read
 * @param coalesce changes within so long of a line share the next one
 * @param heartbeat a line comes at least so often
 */
record Limits(int connections, Duration request, Duration coalesce, Duration heartbeat) {
  static final int REQUEST_BODY_BYTES = 64 * 1024;

  static final Limits DEFAULT =
      new Limits(256, Duration.ofSeconds(60), Duration.ofMillis(50), Duration.ofSeconds(5));
}
