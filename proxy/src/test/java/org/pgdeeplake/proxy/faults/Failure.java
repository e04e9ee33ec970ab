package org.pgdeeplake.proxy.faults;

/**
 * How a client's session failed.
 *
 * @param begin when it began to connect, in nanoseconds of {@link System#nanoTime}
 * @param end when it failed
 * @param taken whether it had heard a server's first word
 * @param server its index; -1: it does not know
 * @param sqlState "": the connection broke without a word
 */
record Failure(
    String client, long begin, long end, boolean taken, int server, String sqlState, String text) {

  @Override
  public String toString() {
    return "%s after %d ms, %s: %s %s"
        .formatted(
            client,
            (end - begin) / 1_000_000,
            taken ? "in the session" : "before the server's first word",
            sqlState.isEmpty() ? "connection lost" : sqlState,
            text);
  }
}
