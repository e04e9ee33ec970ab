package org.pgdeeplake.proxy.session;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.postgres.StartupPacket;

/** What is remembered of one session for its log line. Confined to the session's event loop. */
final class SessionRecord {
  /** NAMEDATALEN - 1. */
  private static final int MAX_NAME_BYTES = 63;

  /** Unique in the process, from 1 up. */
  final long id;

  /** The address that the client has, or that a PROXY protocol header says it has. */
  InetSocketAddress client;

  /** Where the client has connected to, if a load balancer has said so. */
  @Nullable InetSocketAddress destination;

  final Instant accepted = Instant.now();
  final long acceptedNanos = System.nanoTime();

  /** The server of the present attempt, or of the one that succeeded. */
  @Nullable Server server;

  /** The server of the attempt before. */
  @Nullable Server lastServer;

  @Nullable Failure lastFailure;

  /** -1 until the session first asks for a server. */
  long queuedSinceNanos = -1;

  /** All waiting up to the server that took it; -1 where none did. */
  long waitedNanos = -1;

  long connectNanos = -1;

  /** As the StartupMessage says, at most 63 bytes each; empty where the proxy sees none. */
  String user = "";

  String database = "";
  String application = "";

  /** Whether it speaks TLS with the proxy. */
  boolean encrypted;

  long bytesIn;

  /** Of those, what was for the proxy itself and no server has seen: what came before TLS. */
  long bytesForProxy;

  long bytesOut;
  int retries;

  /** Whether it went on to another server, by a retry or because the first one was taken away. */
  boolean redispatched;

  /** Whether the attempt before failed; else the session was evicted. */
  boolean lastFailed;

  /** Sessions that were ahead in the queue at its first entry. */
  int ahead;

  SessionRecord(long id, InetSocketAddress client) {
    this.id = id;
    this.client = client;
  }

  void startedUp(StartupPacket.StartupMessage message) {
    user = cut(message.user());
    database = cut(message.database());
    application = cut(message.applicationName());
  }

  /** As PostgreSQL does: a client chooses how long they are, and others have to read them. */
  private static String cut(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MAX_NAME_BYTES) {
      return name;
    }
    int end = MAX_NAME_BYTES;
    while ((bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  void attemptFailed(Failure failure) {
    evicted();
    lastFailure = failure;
    lastFailed = true;
    retries++;
  }

  /** The server was taken away, and nothing has failed. */
  void evicted() {
    Server left = server;
    leftServer();
    lastServer = left;
    lastFailed = false;
  }

  /** It is of no server now, and goes on. */
  void leftServer() {
    lastServer = null;
    server = null;
    waitedNanos = -1;
    connectNanos = -1;
  }

  /** What it has waited for a server, up to now if none has taken it; -1 where it never asked. */
  long waitedNanos() {
    return waitedNanos < 0 && queuedSinceNanos >= 0
        ? System.nanoTime() - queuedSinceNanos
        : waitedNanos;
  }
}
