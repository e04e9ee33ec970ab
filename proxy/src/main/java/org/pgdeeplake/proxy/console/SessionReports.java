package org.pgdeeplake.proxy.console;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.session.SessionSnapshot;

/** SHOW CLIENTS and SHOW QUEUE; columns that PgBouncer has, too, are named and filled as there. */
final class SessionReports {
  private final Operations operations;

  SessionReports(Operations operations) {
    this.operations = operations;
  }

  List<Report> all() {
    return List.of(clients(), queue());
  }

  private Report clients() {
    return new Report.Shape<SessionSnapshot>()
        .text("type", session -> "C")
        .with(SessionReports::who)
        .text("state", SessionReports::state)
        .time("connect_time", SessionSnapshot::accepted)
        .number("wait", session -> (int) waiting(session))
        .number("wait_us", session -> micros(waiting(session)))
        .text("tls", session -> session.encrypted() ? "TLS" : "")
        .big("id", SessionSnapshot::id)
        .text("frontend", SessionSnapshot::frontend)
        .text("backend", SessionSnapshot::backend)
        .text("server", SessionSnapshot::server)
        .text("stage", SessionSnapshot::state)
        .text("activity", SessionSnapshot::activity)
        .big("bytes_in", SessionSnapshot::bytesIn)
        .big("bytes_out", SessionSnapshot::bytesOut)
        .later("CLIENTS", "every session, in order of arrival", operations::sessions);
  }

  /** A waiting session and its place in its backend's queue. */
  private record Place(int number, SessionSnapshot session) {}

  private Report queue() {
    return new Report.Shape<Place>()
        .text("backend", place -> place.session().backend())
        .number("place", Place::number)
        .seconds("wait", place -> place.session().waitedSeconds())
        .big("id", place -> place.session().id())
        .text("user", place -> place.session().user())
        .text("database", place -> place.session().database())
        .text("application_name", place -> place.session().application())
        .text("addr", place -> address(place.session()))
        .number("port", place -> place.session().client().getPort())
        .text("stage", place -> place.session().state())
        .later(
            "QUEUE",
            "sessions that wait for a server, the oldest first",
            asker -> operations.sessions(asker).thenApply(SessionReports::places));
  }

  private static List<Place> places(List<SessionSnapshot> sessions) {
    Map<String, Integer> last = new HashMap<>();
    List<Place> places = new ArrayList<>();
    sessions.stream()
        .filter(session -> waiting(session) > 0)
        .forEach(session ->
            places.add(new Place(last.merge(session.backend(), 1, Integer::sum), session)));
    return places;
  }

  private static void who(Report.Shape<SessionSnapshot> shape) {
    shape
        .text("user", SessionSnapshot::user)
        .text("database", SessionSnapshot::database)
        .text("application_name", SessionSnapshot::application)
        .text("addr", SessionReports::address)
        .number("port", session -> session.client().getPort());
  }

  private static String address(SessionSnapshot session) {
    return session.client().getAddress().getHostAddress();
  }

  /** In PgBouncer's words. */
  private static String state(SessionSnapshot session) {
    @Nullable String server = session.server();
    if (server == null) {
      return session.waitedSeconds() < 0 ? "login" : "waiting";
    }
    return session.activity().equals("idle") ? "idle" : "active";
  }

  /** Seconds; 0 where it does not wait. */
  private static double waiting(SessionSnapshot session) {
    // One that has just got in line has waited, too.
    return session.server() != null || session.waitedSeconds() < 0
        ? 0
        : Math.max(session.waitedSeconds(), 1e-6);
  }

  static int micros(double seconds) {
    return (int) (seconds * TimeUnit.SECONDS.toMicros(1) % TimeUnit.SECONDS.toMicros(1));
  }
}
