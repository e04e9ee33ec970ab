package org.pgdeeplake.manager.proxy;

/** A server of a backend; times in seconds. {@code limit} 0: none. */
public record Server(
    String name,
    String backend,
    String address,
    String status,
    boolean up,
    String administrative,
    Check check,
    long sessions,
    long maxSessions,
    long limit,
    long sessionsTotal,
    double secondsSinceChange) {
  /** Its last check, in HAProxy's words. */
  public record Check(String status, String description, String info) {}

  /** By which it can be named even where two backends have a server of the same name. */
  public String fullName() {
    return backend + "/" + name;
  }
}
