package org.pgdeeplake.proxy.backend;

import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of servers, in HAProxy's words, so that whoever looks for them finds them. Called
 * without the lock, with what was decided under it.
 */
final class StateLog {
  private static final Logger log = LoggerFactory.getLogger(Backend.class);

  private final String backend;

  StateLog(String backend) {
    this.backend = backend;
  }

  /**
   * What was so when it was decided.
   *
   * @param up whether the server is, as its checks say
   * @param active servers of the backend
   * @param sessions of the server
   * @param queued in the backend
   */
  record Moment(boolean up, int active, int sessions, int queued) {}

  /** What an operator has changed. */
  record Change(AdministrativeState before, AdministrativeState now, boolean wasUp) {}

  /** A check has brought news. */
  void checked(Server server, CheckResult result, Moment moment) {
    if (backend.equals(FrontendConfig.REHEARSED)) {
      return;
    }
    log.info(
        "Server {}/{} is {}, reason: {}{}, check duration: {}ms. {}",
        backend,
        server.name(),
        moment.up() ? "UP" : "DOWN",
        result.status().description(),
        result.info().isEmpty() ? "" : ", info: \"" + result.info() + "\"",
        TimeUnit.NANOSECONDS.toMillis(result.durationNanos()),
        balance(moment, moment.up()));
    warnIfNone(moment);
  }

  /** An operator has changed what a server is to be. */
  void administered(Server server, Change change, Moment moment) {
    AdministrativeState now = change.now();
    boolean fromMaintenance = change.before() == AdministrativeState.MAINT;
    log.info(
        "Server {}/{} {}. {}",
        backend,
        server.name(),
        switch (now) {
          case DRAIN ->
              fromMaintenance ? "is DOWN/DRAIN (leaving forced maintenance)" : "enters drain state";
          case MAINT ->
              change.wasUp()
                  ? "is going DOWN for maintenance"
                  : "was DOWN and now enters maintenance";
          case READY ->
              fromMaintenance
                  ? "is DOWN/READY (leaving forced maintenance) until its next good check"
                  : "is " + (change.wasUp() ? "UP" : "DOWN") + " (leaving forced drain)";
        },
        balance(moment, now == AdministrativeState.READY));
    if (now != AdministrativeState.READY) {
      warnIfNone(moment);
    }
  }

  /** A server that was drained until it goes down has done so. */
  void drained(Server server) {
    log.info(
        "Server {}/{} is DOWN (leaving forced drain, as was asked for)", backend, server.name());
  }

  /** How many servers are enough has changed. */
  void spare(Server server) {
    log.info(
        "Server {}/{} {}",
        backend,
        server.name(),
        server.spare()
            ? "takes no new sessions while a lower one is up: fewer servers are enough"
            : "takes new sessions again");
  }

  private static String balance(Moment moment, boolean joins) {
    return moment.active()
        + " active and 0 backup servers "
        + (joins ? "online" : "left")
        + ". "
        + moment.sessions()
        + " sessions active, "
        + moment.queued()
        + " in queue.";
  }

  void paused(int assigned, int queued) {
    log.warn(
        "backend {} is paused: nobody gets a server until it is resumed. {} sessions active, {} in"
            + " queue.",
        backend,
        assigned,
        queued);
  }

  void resumed(int assigned, int queued) {
    log.info("backend {} is resumed. {} sessions active, {} in queue.", backend, assigned, queued);
  }

  /** A reload has taken the last one that was active. */
  void noneLeft() {
    log.warn("backend {} has no server available; new sessions wait in its queue", backend);
  }

  private void warnIfNone(Moment moment) {
    if (moment.active() == 0) {
      noneLeft();
    }
  }
}
