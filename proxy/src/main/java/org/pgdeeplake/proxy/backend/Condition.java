package org.pgdeeplake.proxy.backend;

import org.pgdeeplake.proxy.config.CheckConfig;

/**
 * What is known of a server, whatever anybody wants of it: by its checks, and by sessions that it
 * failed. Not thread-safe: guarded by its backend's lock.
 */
final class Condition {
  private int fall;
  private final HealthCounter health;
  private final Availability availability = new Availability();
  private CheckResult lastCheck = CheckResult.NONE_YET;

  /** A session failed on it: nothing more is sent to it until its next good check. */
  private boolean suspect;

  /** It said 53300: nothing more is sent to it until a slot is free again. */
  private boolean full;

  /** How often all that was known ceased to be worth anything. */
  private int era;

  /** Its own checks; what a session found out does not count. */
  private int failedInARow;

  private long failedChecks;

  Condition(CheckConfig check) {
    this.fall = check.fall();
    this.health = new HealthCounter(check.rise(), check.fall());
  }

  void reconfigure(CheckConfig check) {
    fall = check.fall();
    if (health.limits(check.rise(), check.fall())) {
      failedInARow = 0;
    }
  }

  /** It is at another address now: nobody is sent to it before its next good check. */
  void elsewhere() {
    era++;
    suspect = true;
    full = false;
  }

  /**
   * Its name is somewhere else now. While it is down there is nothing to doubt, and the check that
   * has found it there may bring it up.
   */
  void moved() {
    if (health.up()) {
      elsewhere();
    }
  }

  /** In maintenance nothing is known of it any more. */
  void forget() {
    era++;
    health.restart();
    lastCheck = CheckResult.NONE_YET;
    suspect = false;
    full = false;
    failedInARow = 0;
    var _ = availability.set(false);
  }

  /** An operator has said what it is to be. */
  void touch() {
    availability.touch();
  }

  void doubt() {
    suspect = true;
  }

  void full() {
    full = true;
  }

  void slotFreed() {
    full = false;
  }

  /** Takes note of a check; returns whether the server went up or down. */
  boolean checked(CheckResult result, boolean conclusive) {
    lastCheck = result;
    if (result.passed()) {
      failedInARow = 0;
      suspect = false;
      full = result.slotsTaken();
      health.passed();
    } else {
      if (health.up()) {
        failedChecks++;
      }
      health.failed();
      if (conclusive) {
        health.down();
      } else {
        failedInARow++;
      }
    }
    return availability.set(health.up());
  }

  /** What its checks say. */
  boolean up() {
    return health.up();
  }

  /** Whether so many of its own checks in a row have failed, just now, that it counts as down. */
  boolean hasFallen() {
    return !health.up() && failedInARow == fall;
  }

  /** Whether it would take a session. */
  boolean good() {
    return health.up() && !suspect && !full;
  }

  /** Whether it takes nobody until a check finds it better: it is down or full. */
  boolean blocked() {
    return !health.up() || full;
  }

  /** Whether it is changing, doubted or not known. */
  boolean unsettled() {
    return health.changing() || suspect || lastCheck.status() == CheckResult.Status.INI;
  }

  /** As {@link HealthCounter#display}. */
  String display(String upWord) {
    return health.display(upWord);
  }

  /** As {@link HealthCounter#value}. */
  int health() {
    return health.value();
  }

  int era() {
    return era;
  }

  CheckResult lastCheck() {
    return lastCheck;
  }

  long failedChecks() {
    return failedChecks;
  }

  Uptime uptime() {
    return availability.uptime();
  }
}
