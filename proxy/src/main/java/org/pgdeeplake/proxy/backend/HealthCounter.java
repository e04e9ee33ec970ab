package org.pgdeeplake.proxy.backend;

/**
 * Counts checks as HAProxy does: from 0 to {@code rise + fall - 1}, up from {@code rise} on. Starts
 * one good check short of up, so that nothing is sent to a server before its first good check. Not
 * thread-safe: guarded by its backend's lock.
 */
final class HealthCounter {
  private int rise;
  private int fall;
  private int value;

  HealthCounter(int rise, int fall) {
    this.rise = rise;
    this.fall = fall;
    restart();
  }

  /** As if there had been no check yet. */
  void restart() {
    value = rise - 1;
  }

  /** Changes what it counts to; up stays up and down stays down. Returns whether that is new. */
  boolean limits(int rise, int fall) {
    if (rise == this.rise && fall == this.fall) {
      return false;
    }
    int good = up() ? rise + fall - 1 : Math.min(value, rise - 1);
    this.rise = rise;
    this.fall = fall;
    this.value = good;
    return true;
  }

  boolean up() {
    return value >= rise;
  }

  int value() {
    return value;
  }

  /** Whether the next check may change the state: then checks come at {@code fastinter}. */
  boolean changing() {
    return value != 0 && value != rise + fall - 1;
  }

  void passed() {
    if (value < rise + fall - 1) {
      value++;
      if (up()) {
        value = rise + fall - 1;
      }
    }
  }

  void failed() {
    value = value > rise ? value - 1 : 0;
  }

  /** Down at once, whatever the count. */
  void down() {
    value = 0;
  }

  /**
   * {@code UP}, {@code UP 1/2}, {@code DOWN}, {@code DOWN 1/2}, as on HAProxy's stats page.
   *
   * @param upWord in place of {@code UP}
   */
  String display(String upWord) {
    if (up()) {
      int good = value - rise + 1;
      return good == fall ? upWord : upWord + " " + good + "/" + fall;
    }
    return value == 0 ? "DOWN" : "DOWN " + value + "/" + rise;
  }
}
