package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import org.pgdeeplake.proxy.config.FrontendConfig;

/** A client of one frontend, which is whom that frontend's limits count. */
record Visitor(String frontend, InetAddress client) {
  static Visitor of(InetAddress client, FrontendConfig frontend) {
    return new Visitor(frontend.name(), client);
  }
}
