package org.pgdeeplake.proxy.it;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.TestProxy;

/** A proxy behind a load balancer that it trusts, in front of a PostgreSQL that runs. */
abstract class ProxyProtocolStage extends PostgresStage {
  static final String TRUSTED = "accept-proxy-protocol = [\"127.0.0.0/8\"]";

  @SuppressWarnings("NullAway.Init") // set before each test
  LoggedLines log;

  @BeforeEach
  void listen() {
    log = new LoggedLines("session");
  }

  @AfterEach
  void close() {
    log.close();
  }

  static TestProxy proxy(String... frontend) {
    return TestProxy.to(postgres).frontend(TRUSTED).frontend(frontend).start().awaitUp(1);
  }
}
