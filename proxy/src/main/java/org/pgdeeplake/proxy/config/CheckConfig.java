package org.pgdeeplake.proxy.config;

import java.time.Duration;

/**
 * How a server is found to be up or down, in HAProxy's words.
 *
 * @param user the role that the check names; it need not exist
 * @param inter between two checks in a settled state
 * @param fastinter between two checks while a state is changing, and of a server that is down while
 *     somebody waits
 * @param timeout of one whole check
 * @param rise good checks in a row that bring a server up
 * @param fall failed checks in a row that take it down
 * @param onMarkedDown what becomes of a server's sessions when its checks take it down
 */
public record CheckConfig(
    Type type,
    String user,
    Duration inter,
    Duration fastinter,
    Duration timeout,
    int rise,
    int fall,
    OnMarkedDown onMarkedDown) {

  public enum Type {
    /** A StartupMessage that is answered with an authentication request. */
    PGSQL,
    /** A TCP connection that is accepted. */
    TCP
  }

  public enum OnMarkedDown {
    NONE,
    CLOSE_SESSIONS
  }
}
