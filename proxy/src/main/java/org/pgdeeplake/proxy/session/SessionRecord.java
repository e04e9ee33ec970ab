package org.pgdeeplake.proxy.session;

import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.postgres.StartupPacket.StartupMessage;

/** What is remembered of one session for its log line. Confined to the session's event loop. */
final class SessionRecord {
  final InetSocketAddress client;
  final Instant accepted = Instant.now();
  final long acceptedNanos = System.nanoTime();

  @Nullable StartupMessage startup;
  @Nullable Server server;
  @Nullable Failure lastFailure;

  /** -1 until the session first asks for a server. */
  long queuedSinceNanos = -1;

  /** All waiting up to the server that took it; -1 where none did. */
  long waitedNanos = -1;

  long connectNanos = -1;
  long bytesIn;
  long bytesOut;
  int retries;
  boolean redispatched;

  /** Sessions that were ahead in the queue at its first entry. */
  int ahead;

  SessionRecord(InetSocketAddress client) {
    this.client = client;
  }
}
