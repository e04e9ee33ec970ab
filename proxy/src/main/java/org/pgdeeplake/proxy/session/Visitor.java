package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.net.ClientKey;

/**
 * A client of one frontend, which is whom that frontend's limits count.
 *
 * @param client as {@link ClientKey} says
 */
record Visitor(String frontend, String client) {
  static Visitor of(InetAddress client, FrontendConfig frontend) {
    return new Visitor(frontend.name(), ClientKey.of(client));
  }
}
