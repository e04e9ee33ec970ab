package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a check that is under way when the proxy ends leaves nothing behind; the gate of leaks
// looks
// for what would stay of its TLS.
class CheckAtTheEndIT {
  private static final int PROXIES = 40;

  @Test
  void leavesNothing() {
    try (TestPostgres server = TestPostgres.create().tls().start()) {
      for (int i = 0; i < PROXIES; i++) {
        try (TestProxy proxy =
            TestProxy.to(server)
                .backend("tls.mode = require", "check { inter = 1ms, fastinter = 1ms }")
                .start()
                .awaitUp(1)) {
          assertThat(proxy.backend().activeServers()).isEqualTo(1);
        }
      }
    }
  }
}
