package org.pgdeeplake.proxy.admin;

import java.time.Duration;
import org.pgdeeplake.proxy.net.Places;

/**
 * What the admin port may cost, and how fast its streams are.
 *
 * @param connections at once
 * @param brief connections for one answer, where the others are taken
 * @param streams of the demand whose readers have shown no credentials
 * @param request from the start of a connection, or its last answer, to a complete request; and how
 *     long the reader of a stream may not read
 * @param briefRequest the same of a brief connection
 * @param coalesce changes within so long of a line share the next one
 * @param heartbeat a line comes at least so often
 */
record Limits(
    Places.Size connections,
    Places.Size brief,
    Places.Size streams,
    Duration request,
    Duration briefRequest,
    Duration coalesce,
    Duration heartbeat) {
  static final int REQUEST_BODY_BYTES = 64 * 1024;

  static final Limits DEFAULT =
      new Limits(
          new Places.Size(256, 64),
          new Places.Size(16, 4),
          new Places.Size(32, 8),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofMillis(50),
          Duration.ofSeconds(5));

  /** The same with other times. */
  Limits with(Duration otherRequest, Duration otherCoalesce, Duration otherHeartbeat) {
    return new Limits(
        connections, brief, streams, otherRequest, briefRequest, otherCoalesce, otherHeartbeat);
  }
}
