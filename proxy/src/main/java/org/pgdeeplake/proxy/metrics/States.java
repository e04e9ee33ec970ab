package org.pgdeeplake.proxy.metrics;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;

/** What is shown as one sample for each state that there is, as HAProxy does. */
final class States {
  static final List<String> UP_DOWN = List.of("DOWN", "UP");

  /** NOLB is HAProxy's soft stop by an HTTP check; nothing here leads to it. */
  static final List<String> SERVER = List.of("DOWN", "UP", "MAINT", "DRAIN", "NOLB");

  /** Of checks; before the first one none of them is 1. Those that never come are HAProxy's. */
  static final List<String> CHECK =
      List.of(
          "HANA",
          "SOCKERR",
          "L4OK",
          "L4TOUT",
          "L4CON",
          "L6OK",
          "L6TOUT",
          "L6RSP",
          "L7TOUT",
          "L7RSP",
          "L7OK",
          "L7OKC",
          "L7STS",
          "PROCERR",
          "PROCTOUT",
          "PROCOK");

  private States() {}

  static String of(Backend backend) {
    return backend.activeServers() > 0 ? "UP" : "DOWN";
  }

  static String of(Server server) {
    return switch (server.administrative()) {
      case MAINT -> "MAINT";
      case DRAIN -> server.up() ? "DRAIN" : "DOWN";
      case READY -> server.up() ? "UP" : "DOWN";
    };
  }

  static String check(Server server) {
    return server.lastCheck().status().name();
  }

  /** Whether there is a result of a check to show. */
  static boolean checked(Server server) {
    return checks(server) && server.lastCheck().status() != CheckResult.Status.INI;
  }

  /** Whether it is checked. */
  static boolean checks(Server server) {
    return server.administrative() != AdministrativeState.MAINT;
  }

  static Map<String, Double> oneOf(List<String> states, String present) {
    return count(states, Stream.of(present));
  }

  /** How often each of {@code states} is present, those that are not included. */
  static Map<String, Double> count(List<String> states, Stream<String> present) {
    Map<String, Long> counts = present.collect(groupingBy(state -> state, counting()));
    Map<String, Double> all = new LinkedHashMap<>();
    states.forEach(state -> all.put(state, (double) counts.getOrDefault(state, 0L)));
    return all;
  }
}
