package org.pgdeeplake.proxy.backend;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of servers, in HAProxy's words, so that whoever looks for them finds them. */
final class StateLog {
  private static final Logger log = LoggerFactory.getLogger(Backend.class);

  private final Backend backend;

  StateLog(Backend backend) {
    this.backend = backend;
  }

  /**
   * A check has brought news.
   *
   * @param active servers of the backend now
   */
  void checked(Server server, CheckResult result, int active) {
    log.info(
        "Server {}/{} is {}, reason: {}{}, check duration: {}ms. {}",
        backend.name(),
        server.name(),
        server.up() ? "UP" : "DOWN",
        result.status().description(),
        result.info().isEmpty() ? "" : ", info: \"" + result.info() + "\"",
        TimeUnit.NANOSECONDS.toMillis(result.durationNanos()),
        balance(server, active, server.up()));
    warnIfNone(active);
  }

  /** An operator has changed what a server is to be. */
  void administered(Server server, AdministrativeState before, boolean wasUp, int active) {
    AdministrativeState now = server.administrative();
    log.info(
        "Server {}/{} {}. {}",
        backend.name(),
        server.name(),
        switch (now) {
          case DRAIN ->
              before == AdministrativeState.MAINT
                  ? "is DOWN/DRAIN (leaving forced maintenance)"
                  : "enters drain state";
          case MAINT ->
              wasUp ? "is going DOWN for maintenance" : "was DOWN and now enters maintenance";
          case READY ->
              before == AdministrativeState.MAINT
                  ? "is DOWN/READY (leaving forced maintenance) until its next good check"
                  : "is " + (wasUp ? "UP" : "DOWN") + " (leaving forced drain)";
        },
        balance(server, active, now == AdministrativeState.READY));
    if (now != AdministrativeState.READY) {
      warnIfNone(active);
    }
  }

  private String balance(Server server, int active, boolean joins) {
    return active
        + " active and 0 backup servers "
        + (joins ? "online" : "left")
        + ". "
        + server.sessions()
        + " sessions active, "
        + backend.queued()
        + " in queue.";
  }

  void paused() {
    log.warn(
        "backend {} is paused: nobody gets a server until it is resumed. {} sessions active, {} in"
            + " queue.",
        backend.name(),
        backend.assigned(),
        backend.queued());
  }

  void resumed() {
    log.info(
        "backend {} is resumed. {} sessions active, {} in queue.",
        backend.name(),
        backend.assigned(),
        backend.queued());
  }

  private void warnIfNone(int active) {
    if (active == 0) {
      log.warn(
          "backend {} has no server available; new sessions wait in its queue", backend.name());
    }
  }
}
