package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.Topology.Place;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.traffic.RecentTimes;
import org.pgdeeplake.proxy.traffic.Traffic;
import org.pgdeeplake.proxy.wake.Wake;

/**
 * SHOW SERVERS, POOLS, DATABASES, STATS and WAKES. A backend takes the place of PgBouncer's
 * database; columns that PgBouncer has, too, are named and filled as there.
 */
final class BackendReports {
  private final Operations operations;

  BackendReports(Operations operations) {
    this.operations = operations;
  }

  List<Report> all() {
    return List.of(servers(), pools(), databases(), stats(), wakes());
  }

  private List<Backend> backends() {
    return operations.topology().backends();
  }

  private Report servers() {
    return new Report.Shape<Place>()
        .text("type", place -> "S")
        .text("backend", place -> place.backend().name())
        .text("server", place -> place.server().name())
        .text("addr", place -> place.server().address().host())
        .number("port", place -> place.server().address().port())
        .text("state", place -> place.server().status())
        .text("admin", place -> place.server().administrative().word())
        .text("check", place -> place.server().lastCheck().status().name())
        .text("check_info", place -> place.server().lastCheck().info())
        .seconds("check_seconds", place -> nanos(place.server().lastCheck().durationNanos()))
        .seconds("last_change", place -> place.server().uptime().secondsSinceChange())
        .number("sessions", place -> place.server().sessions())
        .number("max_connections", place -> place.server().limit())
        .big("total_sessions", place -> place.server().traffic().sessionsTotal())
        .big("bytes_in", place -> place.server().traffic().bytesInTotal())
        .big("bytes_out", place -> place.server().traffic().bytesOutTotal())
        .of(
            "SERVERS",
            "every server: what its checks say, what operators want of it, its sessions",
            () -> operations.topology().places());
  }

  /** A backend and what its sessions are at this moment. */
  private record Pool(Backend backend, List<SessionSnapshot> sessions) {
    int clients(boolean served) {
      return (int)
          sessions.stream().filter(session -> served == (session.server() != null)).count();
    }

    double oldest() {
      return sessions.stream()
          .filter(session -> session.server() == null)
          .mapToDouble(SessionSnapshot::waitedSeconds)
          .max()
          .orElse(0);
    }
  }

  private Report pools() {
    return new Report.Shape<Pool>()
        .text("database", pool -> pool.backend().name())
        .number("cl_active", pool -> pool.clients(true))
        .number("cl_waiting", pool -> pool.clients(false))
        .number("sv_active", pool -> pool.backend().assigned())
        .number("maxwait", pool -> (int) pool.oldest())
        .number("maxwait_us", pool -> SessionReports.micros(pool.oldest()))
        .text("pool_mode", pool -> "session")
        .later(
            "POOLS",
            "a line for each backend: sessions, waiters, the oldest wait",
            asker ->
                operations
                    .sessions(asker)
                    .thenApply(all ->
                        backends().stream()
                            .map(backend -> new Pool(backend, of(backend, all)))
                            .toList()));
  }

  /** Those that have asked for a server of it. */
  private static List<SessionSnapshot> of(Backend backend, List<SessionSnapshot> sessions) {
    return sessions.stream()
        .filter(session -> session.backend().equals(backend.name()) && session.waitedSeconds() >= 0)
        .toList();
  }

  private Report databases() {
    return new Report.Shape<Backend>()
        .text("name", Backend::name)
        .text(
            "host",
            backend ->
                backend.servers().stream()
                    .map(server -> server.address().toString())
                    .collect(Collectors.joining(",")))
        .text("pool_mode", backend -> "session")
        .number("max_connections", BackendReports::limit)
        .number("current_connections", Backend::assigned)
        .number("paused", backend -> backend.administration().paused() ? 1 : 0)
        .number("servers", backend -> backend.servers().size())
        .number("servers_up", Backend::activeServers)
        .number("queued", Backend::queued)
        .number("max_queued", Backend::maxQueued)
        .of("DATABASES", "a line for each backend: servers, limits, paused", this::backends);
  }

  /** 0: there is none. */
  private static int limit(Backend backend) {
    boolean unlimited = backend.servers().stream().anyMatch(server -> server.limit() == 0);
    return unlimited ? 0 : backend.servers().stream().mapToInt(Server::limit).sum();
  }

  private Report stats() {
    return new Report.Shape<Backend>()
        .text("database", Backend::name)
        .with(shape -> total(shape, "total_server_assignment_count", Traffic::sessionsTotal))
        .with(shape -> total(shape, "total_received", Traffic::bytesInTotal))
        .with(shape -> total(shape, "total_sent", Traffic::bytesOutTotal))
        .with(shape -> total(shape, "total_connect_errors", Traffic::connectErrorsTotal))
        .with(shape -> total(shape, "total_response_errors", Traffic::responseErrorsTotal))
        .with(shape -> total(shape, "total_retries", Traffic::retriesTotal))
        .with(shape -> total(shape, "total_redispatches", Traffic::redispatchesTotal))
        .big("avg_wait_time", backend -> micros(backend.traffic().queueTime()))
        .big("avg_connect_time", backend -> micros(backend.traffic().connectTime()))
        .big("avg_first_byte_time", backend -> micros(backend.traffic().responseTime()))
        .of(
            "STATS",
            "a line for each backend: totals since the start, averages of the last 1024 sessions"
                + " in microseconds",
            this::backends);
  }

  private static void total(
      Report.Shape<Backend> shape, String name, java.util.function.Function<Traffic, Long> total) {
    shape.big(name, backend -> total.apply(backend.traffic()));
  }

  private static long micros(RecentTimes times) {
    return Math.round(times.averageSeconds() * TimeUnit.SECONDS.toMicros(1));
  }

  private record BackendWake(Backend backend, Wake wake) {}

  private Report wakes() {
    return new Report.Shape<BackendWake>()
        .text("backend", one -> one.backend().name())
        .time("began", one -> one.wake().began())
        .text("outcome", one -> one.wake().outcome().label())
        .seconds("server_up", one -> seconds(one.wake().serverUp()))
        .seconds("first_session", one -> seconds(one.wake().firstSession()))
        .seconds("first_row", one -> seconds(one.wake().firstRow()))
        .number("waiters", one -> one.wake().waiters())
        .of(
            "WAKES",
            "the last starts, the newest first; seconds since somebody wanted a server",
            () ->
                backends().stream()
                    .flatMap(backend ->
                        backend.wakes().stream().map(wake -> new BackendWake(backend, wake)))
                    .toList());
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : nanos(duration.toNanos());
  }

  private static double nanos(long nanos) {
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
