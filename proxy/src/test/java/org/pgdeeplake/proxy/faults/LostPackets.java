package org.pgdeeplake.proxy.faults;

import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.support.Command;

/**
 * As long as it is open, packets to and from an address are lost. Needs a network of our own and
 * root.
 */
final class LostPackets implements AutoCloseable {
  private final List<List<String>> rules;

  /**
   * @param address as {@code 127.0.0.2:5432}
   */
  LostPackets(String address) {
    String[] parts = address.split(":", 2);
    this.rules =
        List.of(
            rule("-d", parts[0], "--dport", parts[1]), rule("-s", parts[0], "--sport", parts[1]));
    rules.forEach(rule -> iptables("-I", rule));
  }

  private static List<String> rule(String which, String host, String end, String port) {
    return List.of("INPUT", "-i", "lo", which, host, "-p", "tcp", end, port, "-j", "DROP");
  }

  private static void iptables(String action, List<String> rule) {
    List<String> line = new ArrayList<>(List.of("iptables", "-w", action));
    line.addAll(rule);
    Command.Result result = Command.of(line).run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException(String.join(" ", line) + ": " + result.err());
    }
  }

  @Override
  public void close() {
    rules.forEach(rule -> iptables("-D", rule));
  }
}
