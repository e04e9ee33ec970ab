package org.pgdeeplake.proxy.support;

import org.junit.jupiter.api.Assumptions;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.Transport;

/** What the kernel under the tests can do. */
public final class Kernel {
  private Kernel() {}

  /** Skips the running test, and says so, where that transport does not work here. */
  public static void assumeTransport(String name) {
    TransportChoice choice = TransportChoice.valueOf(name.toUpperCase(java.util.Locale.ROOT));
    if (!Transport.select(choice).name().equals(name)) {
      String reason = "SKIPPED: " + name + " does not work here";
      System.err.println(reason);
      Assumptions.abort(reason);
    }
  }
}
