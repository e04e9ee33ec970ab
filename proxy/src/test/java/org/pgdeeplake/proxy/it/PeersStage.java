package org.pgdeeplake.proxy.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.TestProxy;

/** What a test asks of the proxies before its instances. */
@Timeout(120)
abstract class PeersStage extends TwoPostgresStage {
  static final Caller TEST = new Caller("test", "", null);

  @TempDir Path directory;

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
