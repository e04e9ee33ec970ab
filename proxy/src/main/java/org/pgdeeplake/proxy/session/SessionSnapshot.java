package org.pgdeeplake.proxy.session;

import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one live session was at one moment, for operators.
 *
 * @param id unique in the process, from 1 up in order of arrival
 * @param backend its frontend's
 * @param server null while none is assigned
 * @param user as the StartupMessage says; empty where it is not known, as in TLS passed through
 * @param state as {@code Queued}
 * @param activity busy, in_transaction, idle or opaque, of a session that a server has taken, else
 *     empty
 * @param encrypted whether it speaks TLS with the proxy
 * @param ageSeconds since {@code accepted}, whatever the clock was set to since
 * @param waitedSeconds for a server, so far; -1 where it has not asked for one
 */
public record SessionSnapshot(
    long id,
    InetSocketAddress client,
    String frontend,
    String backend,
    @Nullable String server,
    String user,
    String database,
    String application,
    String state,
    String activity,
    boolean encrypted,
    Instant accepted,
    double ageSeconds,
    double waitedSeconds,
    long bytesIn,
    long bytesOut) {

  private static final double NANOS_PER_SECOND = 1e9;

  static SessionSnapshot of(SessionRecord record, SessionServices services, SessionState state) {
    long waitedNanos = record.waitedNanos();
    return new SessionSnapshot(
        record.id,
        record.client,
        services.frontend().name(),
        services.backend().name(),
        record.server == null ? null : record.server.name(),
        record.user,
        record.database,
        record.application,
        state.name(),
        state instanceof Relaying relaying ? relaying.activity().label() : "",
        record.encrypted,
        record.accepted,
        (System.nanoTime() - record.acceptedNanos) / NANOS_PER_SECOND,
        waitedNanos < 0 ? -1 : waitedNanos / NANOS_PER_SECOND,
        record.bytesIn,
        record.bytesOut);
  }
}
