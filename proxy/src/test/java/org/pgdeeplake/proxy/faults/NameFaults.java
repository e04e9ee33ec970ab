package org.pgdeeplake.proxy.faults;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.support.TestDns;

/** What a name server does while servers are found by their name. */
final class NameFaults {
  private static final String NAME = "servers.pg.test";
  private static final int TTL_SECONDS = 0;

  private final Stage stage;

  NameFaults(Stage stage) {
    this.stage = stage;
  }

  /**
   * A reload has the servers found by a name, and another one lists them again. Between the two the
   * name loses a server, then is said not to be, for so long that it is believed; has both again;
   * and then nobody answers.
   */
  void flap(Fault fault) throws InterruptedException {
    try (TestDns dns = TestDns.started(TTL_SECONDS)) {
      leadTo(dns, 0, 1);
      String port = stage.addressOf(0).split(":", 2)[1];
      stage.config().found(NAME + ":" + port, dns.address());
      reload("servers that are found", host(0), host(1));
      leadTo(dns, 1 - fault.server());
      awaitServers("the name has lost a server", host(1 - fault.server()));
      leadTo(dns);
      awaitServers("the name is gone");
      fault.last();
      leadTo(dns, 0, 1);
      awaitServers("the name is back", host(0), host(1));
      silence(dns, fault);
      awaitServers("it was silence that meant nothing", host(0), host(1));
      stage.config().servers(stage.listed(0, 1));
      reload("servers that are listed", "s1", "s2");
    }
  }

  private void silence(TestDns dns, Fault fault) throws InterruptedException {
    double before = stage.figures().unansweredQuestions();
    dns.kill();
    stage.expect(
        "a question without an answer", () -> stage.figures().unansweredQuestions() > before);
    fault.last();
    dns.start();
  }

  private static void leadTo(TestDns dns, Integer... servers) {
    List<String> hosts = Stream.of(servers).map(NameFaults::host).toList();
    dns.set(hosts.isEmpty() ? Map.of() : Map.of(NAME, hosts));
  }

  private static String host(int server) {
    return Stage.HOSTS.get(server);
  }

  private void reload(String fact, String... names) {
    stage.reload();
    awaitServers(fact, names);
  }

  /** Waits until the proxy gives sessions to these, and knows no others. */
  private void awaitServers(String fact, String... names) {
    List<String> all = List.of(names);
    stage.expect(fact, () -> stage.figures().activeServers().equals(all));
  }
}
