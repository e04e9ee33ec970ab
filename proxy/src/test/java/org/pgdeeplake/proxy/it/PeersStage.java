package org.pgdeeplake.proxy.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

/** Two instances for the proxies of a test, and what it asks of these. */
@Timeout(120)
abstract class PeersStage {
  static final Caller TEST = new Caller("test", "", null);

  static TestPostgres first;
  static TestPostgres second;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    first = TestPostgres.create().launch();
    second = TestPostgres.create().launch();
    first.awaitReady();
    second.awaitReady();
  }

  @AfterAll
  static void stop() {
    first.close();
    second.close();
  }

  static int demand(TestProxy proxy) {
    return Internals.demand(proxy.proxy()).everywhere(List.of("pg_backends"));
  }

  static String states(int server, TestProxy... proxies) {
    List<String> states = new ArrayList<>();
    for (TestProxy proxy : proxies) {
      states.add(proxy.server(server).server().administrative().word());
    }
    return String.join(" ", states);
  }
}
