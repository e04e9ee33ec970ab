package org.pgdeeplake.proxy.it.matrix;

import org.jspecify.annotations.Nullable;

/** What a client got. */
sealed interface Outcome {
  /**
   * Its row.
   *
   * @param clientTls whether the client says that its connection is encrypted
   * @param serverTls whether the server says so of its own
   */
  record Row(boolean clientTls, boolean serverTls) implements Outcome {
    @Override
    public String toString() {
      return (clientTls ? "TLS" : "plain") + " / " + (serverTls ? "TLS" : "plain");
    }
  }

  /**
   * An error.
   *
   * @param sqlState null where the client does not tell
   * @param text all that the client tells, without ports and paths
   */
  record Refused(@Nullable String sqlState, String text) implements Outcome {}
}
