package org.pgdeeplake.proxy.wake;

import java.util.Locale;

/** Hears how each start of a backend goes. Called on any thread; must not block. */
@FunctionalInterface
public interface WakeListener {

  /** What has come. */
  enum Phase {
    /** A server came up, the last time before the first answer; told together with that. */
    SERVER_UP,
    /** The first of those who waited was answered by a server: the wake counts as served. */
    FIRST_SESSION,
    /** One of them got the first bytes of the answer to its first statement. */
    FIRST_ROW,
    /** Instead of all that: everybody gave up, and stayed away. Told when somebody looks. */
    ABANDONED;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Each phase comes at most once in a wake.
   *
   * @param nanos since the demand
   */
  void reached(String backend, Phase phase, long nanos);
}
