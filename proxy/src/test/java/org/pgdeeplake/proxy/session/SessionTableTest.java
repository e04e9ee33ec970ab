// Every state answers every event as the table says, and whatever happens, nothing is left behind.
package org.pgdeeplake.proxy.session;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

class SessionTableTest {
  static Stream<Arguments> answers() {
    return SessionTable.at(Edge.PLAIN, Edge.PROXY_HEADER);
  }

  @ParameterizedTest(name = "{0}, {1}: {2} + {3} -> {4}")
  @MethodSource
  void answers(
      TransportChoice transport, Edge edge, Situation in, SessionEvent event, String expected)
      throws Exception {
    SessionTable.answers(transport, edge, in, event, expected);
  }
}
