package org.pgdeeplake.proxy;

import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.session.Sessions;

/** What the tests look at inside a running proxy. */
public final class Internals {
  private Internals() {}

  public static Backend backend(Proxy proxy, String name) {
    return proxy.backend(name);
  }

  public static Demand demand(Proxy proxy) {
    return proxy.demand();
  }

  public static Operations operations(Proxy proxy) {
    return proxy.operations();
  }

  public static Sessions sessions(Proxy proxy) {
    return proxy.sessions();
  }
}
