package org.pgdeeplake.proxy.it.matrix;

import org.pgdeeplake.proxy.it.matrix.Cell.ServerState;
import org.pgdeeplake.proxy.it.matrix.Client.SslMode;

/**
 * What must happen in a cell, from the rules of libpq, pgjdbc and the proxy; it knows nothing of
 * what was seen. Every certificate is one that clients trust, so verify-* differs from require in
 * nothing here.
 */
final class Oracle {
  private Oracle() {}

  /** Why a client gets no row. */
  enum Cause {
    /** The proxy: FATAL 57P03, after the queue timeout. */
    NO_SERVER,
    /** The proxy: FATAL 28000, {@code require = true}. */
    TLS_REQUIRED,
    /** The client: the answer to its SSLRequest was {@code N}. */
    NO_TLS,
    /** The client: nobody took its ClientHello. */
    DIRECT_TLS_REFUSED
  }

  /** What a client must get. */
  sealed interface Expected {
    /**
     * How often the client has waited for the whole queue timeout: 0 or 1, never twice. Only with
     * {@link ServerState#NONE}.
     */
    int waits();
  }

  /** Its row, over these two legs. */
  record ExpectedRow(boolean clientTls, boolean serverTls) implements Expected {
    @Override
    public int waits() {
      return 0;
    }
  }

  /** An error. */
  record ExpectedError(Cause cause, int waits) implements Expected {}

  static Expected expect(Cell cell) {
    Client client = cell.client();
    if (client.direct()) {
      return directTls(cell);
    }
    return switch (client.sslMode()) {
      case DISABLE, ALLOW -> plainText(cell);
      case PREFER, REQUIRE, VERIFY_CA, VERIFY_FULL -> asksForTls(cell);
    };
  }

  /** A ClientHello comes first. There is no second try. */
  private static Expected directTls(Cell cell) {
    return switch (cell.mode()) {
      case OFF -> new ExpectedError(Cause.DIRECT_TLS_REFUSED, 0);
      case TERMINATE, TERMINATE_REQUIRE -> session(cell, true);
      case PASSTHROUGH -> {
        if (none(cell)) {
          // There is no TLS in which it could be told why.
          yield new ExpectedError(Cause.DIRECT_TLS_REFUSED, 1);
        }
        yield cell.serverTls()
            ? session(cell, true)
            : new ExpectedError(Cause.DIRECT_TLS_REFUSED, 0);
      }
    };
  }

  /** An SSLRequest comes first. */
  private static Expected asksForTls(Cell cell) {
    boolean granted =
        switch (cell.mode()) {
          case OFF -> false;
          case TERMINATE, TERMINATE_REQUIRE -> true;
          // Nobody can grant it where there is no server: the client hears N after its wait.
          case PASSTHROUGH -> cell.serverTls() && !none(cell);
        };
    if (granted) {
      return session(cell, true);
    }
    if (cell.client().sslMode() == SslMode.PREFER) {
      return plainText(cell);
    }
    boolean waited = cell.mode() == ProxyMode.PASSTHROUGH && none(cell);
    return new ExpectedError(Cause.NO_TLS, waited ? 1 : 0);
  }

  /** A StartupMessage comes in plain text. */
  private static Expected plainText(Cell cell) {
    if (cell.mode() == ProxyMode.TERMINATE_REQUIRE) {
      // Any error but 57P03 makes libpq with sslmode=allow come again with TLS.
      return cell.client().sslMode() == SslMode.ALLOW
          ? asksForTls(cell)
          : new ExpectedError(Cause.TLS_REQUIRED, 0);
    }
    return session(cell, false);
  }

  private static Expected session(Cell cell, boolean clientTls) {
    if (none(cell)) {
      return new ExpectedError(Cause.NO_SERVER, 1);
    }
    boolean endToEnd = cell.mode() == ProxyMode.PASSTHROUGH;
    return new ExpectedRow(clientTls, endToEnd ? clientTls : cell.serverTls());
  }

  private static boolean none(Cell cell) {
    return cell.state() == ServerState.NONE;
  }
}
