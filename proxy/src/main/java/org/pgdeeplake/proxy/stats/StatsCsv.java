package org.pgdeeplake.proxy.stats;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.Traffic;

/**
 * HAProxy's {@code /stats;csv} (management guide 9.1, "CSV format"; columns and empty cells as
 * version 2.9 has them in mode tcp). Times are milliseconds. Any thread.
 */
public final class StatsCsv {
  public static final String CONTENT_TYPE = "text/plain";

  /** HAProxy's own first proxy has 1. */
  private static final int FIRST_PROXY = 2;

  private static final int FRONTEND = 0;
  private static final int BACKEND = 1;
  private static final int SERVER = 2;

  private final Supplier<Topology> topology;

  public StatsCsv(Supplier<Topology> topology) {
    this.topology = topology;
  }

  /**
   * Whether a request is for it: HAProxy looks for {@code ;csv} anywhere in the statistics' URI.
   *
   * @param uri with its query
   */
  public static boolean isAsked(String uri) {
    return uri.startsWith("/stats") && uri.contains(";csv");
  }

  /** The backend of an {@code iid} of these rows, as HAProxy's form names it: {@code #3}. */
  static Optional<Backend> backend(Topology now, String number) {
    if (!number.matches("#[0-9]{1,9}")) {
      return Optional.empty();
    }
    int index = Integer.parseInt(number.substring(1)) - FIRST_PROXY - now.frontends().size();
    return index >= 0 && index < now.backends().size()
        ? Optional.of(now.backends().get(index))
        : Optional.empty();
  }

  /** The whole: header, a row for each frontend, for each server of a backend and the backend. */
  public String text() {
    Topology now = topology.get();
    StringBuilder out = new StringBuilder(CsvRow.header());
    int id = FIRST_PROXY;
    for (Frontend frontend : now.frontends()) {
      row(frontend, id++).write(out);
    }
    for (Backend backend : now.backends()) {
      int server = 1;
      for (Server one : backend.servers()) {
        row(backend, one, id, server++).write(out);
      }
      row(backend, limit(now.frontends(), backend), id++).write(out);
    }
    return out.append('\n').toString();
  }

  private static CsvRow row(Frontend frontend, int id) {
    String name = frontend.config().name();
    FrontendTraffic traffic = frontend.traffic();
    CsvRow row = new CsvRow(name, "FRONTEND", id, 0, FRONTEND);
    common(row, traffic.traffic());
    row.put("scur", traffic.current()).put("smax", traffic.max());
    row.put("slim", frontend.config().maxConnections());
    row.put("status", frontend.bound() ? "OPEN" : "STOP");
    row.put("ereq", traffic.requestErrorsTotal()).put("dcon", traffic.deniedTotal());
    row.put("conn_rate", traffic.traffic().rate().perSecond());
    row.put("conn_rate_max", traffic.traffic().rate().maxPerSecond());
    row.put("conn_tot", traffic.traffic().sessionsTotal());
    row.put("sess_other", traffic.traffic().sessionsTotal());
    row.zero("dreq", "dses", "rate_lim", "req_rate", "req_rate_max", "req_tot");
    row.zero("comp_in", "comp_out", "comp_byp", "comp_rsp");
    row.zero("h1sess", "h2sess", "h3sess", "req_other", "h1req", "h2req", "h3req");
    return row.zeroHttp();
  }

  private static CsvRow row(Backend backend, long limit, int id) {
    CsvRow row = new CsvRow(backend.name(), "BACKEND", id, 0, BACKEND);
    serving(row, backend.traffic());
    int active = backend.activeServers();
    row.put("qcur", backend.queued()).put("qmax", backend.maxQueued());
    row.put("scur", backend.sessions()).put("smax", backend.maxSessions()).put("slim", limit);
    row.put("status", active > 0 ? "UP" : "DOWN");
    row.put("weight", active).put("uweight", active).put("act", active);
    row.put("chkdown", backend.uptime().timesDown());
    row.put("lastchg", (long) backend.uptime().secondsSinceChange());
    row.put("downtime", (long) backend.uptime().downSeconds());
    row.put("lbtot", backend.leasesTotal()).put("connect", backend.leasesTotal());
    row.zero("dreq", "bck", "comp_in", "comp_out", "comp_byp", "comp_rsp");
    row.zero("agg_server_status", "agg_server_check_status", "agg_check_status");
    return row.zeroHttp();
  }

  private static CsvRow row(Backend backend, Server server, int id, int number) {
    CsvRow row = new CsvRow(backend.name(), server.name(), id, number, SERVER);
    serving(row, server.traffic());
    int sessions = server.sessions();
    row.put("scur", sessions).put("smax", server.maxSessions());
    if (server.limit() > 0) {
      row.put("slim", server.limit());
    }
    row.put("status", server.status());
    row.put("weight", server.administrative() == AdministrativeState.READY ? 1 : 0);
    row.put("uweight", 1).put("act", 1);
    row.put("chkfail", server.failedChecks()).put("chkdown", server.uptime().timesDown());
    row.put("lastchg", (long) server.uptime().secondsSinceChange());
    row.put("downtime", (long) server.uptime().downSeconds());
    row.put("lbtot", server.traffic().sessionsTotal());
    row.put("connect", server.traffic().sessionsTotal());
    row.put("used_conn_cur", sessions).put("need_conn_est", sessions);
    row.zero("qcur", "qmax", "bck", "srv_icur", "idle_conn_cur", "safe_conn_cur", "srid");
    if (server.administrative() != AdministrativeState.MAINT) {
      check(row, backend, server);
    }
    return row;
  }

  private static void check(CsvRow row, Backend backend, Server server) {
    CheckResult last = server.lastCheck();
    row.put("check_status", last.status().name());
    row.put("check_desc", last.status().description()).put("last_chk", last.info());
    if (last.status() != CheckResult.Status.INI) {
      row.put("check_duration", TimeUnit.NANOSECONDS.toMillis(last.durationNanos()));
    }
    switch (last.status()) {
      case L7OK, L7STS -> row.put("check_code", 0);
      default -> {} // HAProxy shows none of the others
    }
    row.put("check_rise", backend.config().check().rise());
    row.put("check_fall", backend.config().check().fall());
    row.put("check_health", server.health());
  }

  /** What every row has. */
  private static void common(CsvRow row, Traffic traffic) {
    row.put("stot", traffic.sessionsTotal());
    row.put("bin", traffic.bytesInTotal()).put("bout", traffic.bytesOutTotal());
    row.put("rate", traffic.rate().perSecond()).put("rate_max", traffic.rate().maxPerSecond());
    row.put("eint", traffic.internalErrorsTotal());
    row.put("ssl_sess", traffic.handshakesTotal(TlsTraffic.Result.FULL));
    row.put("ssl_reused_sess", traffic.handshakesTotal(TlsTraffic.Result.RESUMED));
    row.put("ssl_failed_handshake", traffic.handshakesTotal(TlsTraffic.Result.FAILED));
    row.zero("dresp", "wrew");
  }

  /** What the rows of backends and servers have besides. */
  private static void serving(CsvRow row, Traffic traffic) {
    common(row, traffic);
    row.put("econ", traffic.connectErrorsTotal()).put("eresp", traffic.responseErrorsTotal());
    row.put("wretr", traffic.retriesTotal()).put("wredis", traffic.redispatchesTotal());
    row.put("cli_abrt", traffic.clientAbortsTotal()).put("srv_abrt", traffic.serverAbortsTotal());
    row.put("lastsess", traffic.rate().secondsSinceLast());
    row.millis("qtime", traffic.queueTime().averageSeconds());
    row.millis("ctime", traffic.connectTime().averageSeconds());
    row.millis("rtime", traffic.responseTime().averageSeconds());
    row.millis("ttime", traffic.totalTime().averageSeconds());
    row.millis("qtime_max", traffic.queueTime().maxSeconds());
    row.millis("ctime_max", traffic.connectTime().maxSeconds());
    row.millis("rtime_max", traffic.responseTime().maxSeconds());
    row.millis("ttime_max", traffic.totalTime().maxSeconds());
    row.zero("reuse");
  }

  private static long limit(List<Frontend> frontends, Backend backend) {
    return frontends.stream()
        .filter(frontend -> frontend.config().defaultBackend().equals(backend.name()))
        .mapToLong(frontend -> frontend.config().maxConnections())
        .sum();
  }
}
