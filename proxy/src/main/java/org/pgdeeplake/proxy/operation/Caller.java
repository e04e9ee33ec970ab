package org.pgdeeplake.proxy.operation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change: it stands in the log line of what is done.
 *
 * @param door as {@code stats page}, {@code API}, {@code console}, {@code SIGHUP}
 * @param user empty where there is none
 * @param from null where it is not a connection
 */
public record Caller(String door, String user, @Nullable InetSocketAddress from) {

  /** As {@code API (ops, 127.0.0.1:4711)}. */
  @Override
  public String toString() {
    String address = from == null ? "" : from.getAddress().getHostAddress() + ":" + from.getPort();
    String who = user.isEmpty() || address.isEmpty() ? user + address : user + ", " + address;
    return who.isEmpty() ? door : door + " (" + who + ")";
  }
}
