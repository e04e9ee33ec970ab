package org.pgdeeplake.proxy.backend;

/**
 * The outcome of one health check, in HAProxy's codes.
 *
 * @param info what the server said or what went wrong; may be empty
 * @param slotsTaken healthy, but it takes no connection now (53300)
 * @param durationNanos of the whole check
 */
public record CheckResult(Status status, String info, boolean slotsTaken, long durationNanos) {

  public CheckResult(Status status, String info, long durationNanos) {
    this(status, info, false, durationNanos);
  }

  /** HAProxy's check_status and check_desc. */
  public enum Status {
    INI("Initializing", false),
    L4OK("Layer4 check passed", true),
    L4TOUT("Layer4 timeout", false),
    L4CON("Layer4 connection problem", false),
    L6OK("Layer6 check passed", true),
    L6TOUT("Layer6 timeout", false),
    L6RSP("Layer6 invalid response", false),
    L7OK("Layer7 check passed", true),
    L7TOUT("Layer7 timeout", false),
    L7RSP("Layer7 invalid response", false),
    L7STS("Layer7 wrong status", false),
    SOCKERR("Socket error", false);

    private final String description;
    private final boolean passed;

    Status(String description, boolean passed) {
      this.description = description;
      this.passed = passed;
    }

    public String description() {
      return description;
    }

    public boolean passed() {
      return passed;
    }
  }

  static final CheckResult NONE_YET = new CheckResult(Status.INI, "", 0);

  public boolean passed() {
    return status.passed();
  }
}
