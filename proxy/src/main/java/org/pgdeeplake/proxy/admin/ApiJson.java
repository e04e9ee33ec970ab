package org.pgdeeplake.proxy.admin;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.operation.Topology.Place;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.traffic.Traffic;
import org.pgdeeplake.proxy.wake.Wake;

/**
 * What there is, as JSON; the members are those of {@code openapi.json}, each in an open object.
 */
final class ApiJson {
  private static final double MILLIS_PER_SECOND = 1e3;

  private ApiJson() {}

  static void backend(JsonWriter json, Backend backend, Demand.Snapshot demand) {
    json.put("name", backend.name())
        .put("status", backend.activeServers() > 0 ? "UP" : "DOWN")
        .put("paused", backend.administration().paused())
        .put("serversUp", backend.activeServers())
        .open("queue")
        .put("waiting", backend.queued())
        .put("max", backend.maxQueued())
        .put("limit", backend.config().queue().limit())
        .put("timeoutSeconds", seconds(backend.config().timeouts().queue()))
        .put("averageSeconds", backend.traffic().queueTime().averageSeconds())
        .put("oldestSeconds", demand.oldestByBackend().getOrDefault(backend.name(), 0.0))
        .close()
        .put("sessions", backend.assigned())
        .put("maxSessions", backend.maxSessions());
    traffic(json, backend.traffic());
    json.put("redispatches", backend.traffic().redispatchesTotal())
        .put("secondsSinceChange", backend.uptime().secondsSinceChange())
        .put("downSeconds", backend.uptime().downSeconds())
        .put("timesDown", backend.uptime().timesDown())
        .openArray("servers");
    for (Server server : backend.servers()) {
      json.openElement();
      server(json, new Place(backend, server));
      json.close();
    }
    json.closeArray();
  }

  static void server(JsonWriter json, Place place) {
    Server server = place.server();
    CheckResult check = server.lastCheck();
    json.put("name", server.name())
        .put("backend", place.backend().name())
        .put("address", server.address().toString())
        .put("status", server.status())
        .put("up", server.up())
        .put("administrative", server.administrative().word())
        .put("drainsUntilDown", server.drainsUntilDown())
        .put("spare", server.spare())
        .open("check")
        .put("status", check.status().name())
        .put("description", check.status().description())
        .put("info", check.info())
        .put("durationMillis", TimeUnit.NANOSECONDS.toMillis(check.durationNanos()))
        .close()
        .put("sessions", server.sessions())
        .put("maxSessions", server.maxSessions())
        .put("limit", server.limit());
    traffic(json, server.traffic());
    json.put("secondsSinceChange", server.uptime().secondsSinceChange())
        .put("downSeconds", server.uptime().downSeconds())
        .put("timesDown", server.uptime().timesDown())
        .put("failedChecks", server.failedChecks());
  }

  private static void traffic(JsonWriter json, Traffic traffic) {
    json.put("sessionsTotal", traffic.sessionsTotal())
        .put("bytesIn", traffic.bytesInTotal())
        .put("bytesOut", traffic.bytesOutTotal())
        .put("connectErrors", traffic.connectErrorsTotal())
        .put("responseErrors", traffic.responseErrorsTotal());
  }

  static void frontend(JsonWriter json, Frontend frontend) {
    FrontendConfig config = frontend.config();
    Traffic traffic = frontend.traffic().traffic();
    json.put("name", config.name())
        .put("bind", config.bind().toString())
        .put("listening", frontend.bound())
        .put("backend", config.defaultBackend())
        .put("mode", ConfigJson.word(config.mode()))
        .put("tls", ConfigJson.word(config.tls().mode()))
        .put("sessions", frontend.traffic().current())
        .put("maxSessions", frontend.traffic().max())
        .put("limit", config.maxConnections())
        .put("sessionsPerSecond", traffic.rate().perSecond())
        .put("sessionsTotal", traffic.sessionsTotal())
        .put("bytesIn", traffic.bytesInTotal())
        .put("bytesOut", traffic.bytesOutTotal())
        .put("denied", frontend.traffic().deniedTotal())
        .put("requestErrors", frontend.traffic().requestErrorsTotal());
  }

  static void session(JsonWriter json, SessionSnapshot session) {
    json.put("id", session.id())
        .put("client", text(session))
        .put("frontend", session.frontend())
        .put("backend", session.backend())
        .putOptional("server", session.server())
        .put("user", session.user())
        .put("database", session.database())
        .put("application", session.application())
        .put("state", session.state())
        .put("activity", session.activity())
        .put("encrypted", session.encrypted())
        .put("accepted", session.accepted().toString())
        .put("ageSeconds", session.ageSeconds());
    if (session.waitedSeconds() < 0) {
      json.putNull("waitedSeconds");
    } else {
      json.put("waitedSeconds", session.waitedSeconds());
    }
    json.put("bytesIn", session.bytesIn()).put("bytesOut", session.bytesOut());
  }

  /** The address and port of its client, an IPv6 address in brackets. */
  private static String text(SessionSnapshot session) {
    return session.client().getAddress() instanceof java.net.Inet6Address address
        ? "[" + address.getHostAddress() + "]:" + session.client().getPort()
        : session.client().getHostString() + ":" + session.client().getPort();
  }

  static void wake(JsonWriter json, String backend, Wake wake) {
    json.put("backend", backend)
        .put("began", wake.began().toString())
        .put("outcome", wake.outcome().label())
        .put("waiters", wake.waiters());
    phase(json, "serverUpSeconds", wake.serverUp());
    phase(json, "firstSessionSeconds", wake.firstSession());
    phase(json, "firstRowSeconds", wake.firstRow());
  }

  private static void phase(JsonWriter json, String name, @Nullable Duration phase) {
    if (phase == null) {
      json.putNull(name);
    } else {
      json.put(name, seconds(phase));
    }
  }

  static double seconds(Duration duration) {
    return Math.max(0, duration.toMillis() / MILLIS_PER_SECOND);
  }
}
