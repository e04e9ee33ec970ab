package org.pgdeeplake.proxy.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.TestPostgres;

/** Does what a story says; each fault is healed when its method returns. */
final class Injector {
  static final int MOST_SESSIONS = 20;
  private static final int MOST_SILENT = 3;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Stage stage;
  private final BadGuests badGuests;

  Injector(Stage stage) {
    this.stage = stage;
    this.badGuests = new BadGuests(stage.address());
  }

  void inject(Fault fault) throws IOException, SQLException, InterruptedException {
    TestPostgres server = stage.server(fault.server());
    switch (fault.kind()) {
      case SERVER_KILLED -> {
        server.kill9();
        fault.last();
        server.start();
      }
      case ALL_SERVERS_KILLED -> allKilled(fault);
      case SERVER_STOPPED -> {
        server.stop();
        fault.last();
        server.start();
      }
      case SERVER_FROZEN -> {
        server.sigstop();
        fault.last();
        server.sigcont();
      }
      case SERVER_FULL -> full(fault, server);
      case BLACKHOLE -> blackhole(fault);
      case STARTING_UP -> scripted(fault, FaultyServer.Fault.STARTING_UP, MOST_SESSIONS);
      case TOO_MANY_CLIENTS -> scripted(fault, FaultyServer.Fault.FULL, MOST_SESSIONS);
      case CLOSED_AT_ONCE -> scripted(fault, FaultyServer.Fault.CLOSE, MOST_SESSIONS);
      case HALF_AN_ANSWER -> scripted(fault, FaultyServer.Fault.HALF_AN_ANSWER, MOST_SESSIONS);
      case RESET_AT_ONCE -> scripted(fault, FaultyServer.Fault.RESET, MOST_SESSIONS);
      case SILENCE -> scripted(fault, FaultyServer.Fault.SILENCE, MOST_SILENT);
      case RESET_ON_THE_WAY -> resetOnTheWay(fault);
      case ALL_RESET -> stage.link().resetAll();
      case STALLED -> stalled(fault);
      case RELOAD -> {
        stage.configure(fault.upTo(3) + 1);
        stage.proxy().signal("HUP");
        fault.last();
      }
      case CERTIFICATE_SWAPPED -> {
        stage.swapCertificate();
        stage.proxy().signal("HUP");
        fault.last();
      }
      case PROXY_TERMINATED -> stage.restart("TERM", fault);
      case PROXY_KILLED -> stage.restart("KILL", fault);
      case DESCRIPTORS_EXHAUSTED -> descriptors(fault);
      case CLIENTS_RESET -> badGuests.reset(fault);
      case SLOW_READERS -> badGuests.readSlowly(fault);
      case GARBAGE -> badGuests.talkNonsense(fault);
    }
  }

  private void allKilled(Fault fault) throws InterruptedException {
    stage.server(0).kill9();
    stage.server(1).kill9();
    fault.last();
    stage.server(fault.server()).start();
    stage.server(1 - fault.server()).start();
  }

  /** All its slots are taken by sessions that do not go through the proxy. */
  private static void full(Fault fault, TestPostgres server)
      throws SQLException, InterruptedException {
    List<Connection> taken = new ArrayList<>();
    try {
      boolean full = false;
      while (!full) {
        try {
          taken.add(server.connect());
        } catch (SQLException e) {
          full = true;
        }
      }
      fault.last();
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
  }

  private void blackhole(Fault fault) throws InterruptedException {
    String port = String.valueOf(stage.portOf(fault.server()));
    List<List<String>> rules = new ArrayList<>();
    for (String end : List.of("--dport", "--sport")) {
      rules.add(List.of("INPUT", "-i", "lo", "-p", "tcp", end, port, "-j", "DROP"));
    }
    rules.forEach(rule -> iptables("-I", rule));
    try {
      fault.last();
    } finally {
      rules.forEach(rule -> iptables("-D", rule));
    }
  }

  private static void iptables(String action, List<String> rule) {
    List<String> line = new ArrayList<>(List.of("iptables", "-w", action));
    line.addAll(rule);
    Command.Result result = Command.of(line).run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException(String.join(" ", line) + ": " + result.err());
    }
  }

  private void scripted(Fault fault, FaultyServer.Fault each, int most)
      throws InterruptedException {
    int before = stage.link().met();
    stage.link().then(Collections.nCopies(fault.upTo(most), each));
    awaitMet(fault, before);
  }

  private void resetOnTheWay(Fault fault) throws InterruptedException {
    int before = stage.link().met();
    for (int i = 0; i < fault.upTo(MOST_SESSIONS); i++) {
      stage.link().resetAfter(fault.detail() * (i + 1) % 2048);
    }
    awaitMet(fault, before);
  }

  /** A fault that no session met would prove nothing. */
  private void awaitMet(Fault fault, int before) throws InterruptedException {
    try {
      await().atMost(LIMIT).until(() -> stage.link().met() > before);
    } catch (ConditionTimeoutException e) {
      stage.checker().violation("no session met the fault within " + LIMIT.toSeconds() + " s");
    }
    fault.last();
    stage.link().wellAgain();
  }

  private void stalled(Fault fault) throws InterruptedException {
    stage.link().stall();
    fault.last();
    stage.link().wellAgain();
  }

  private void descriptors(Fault fault) throws IOException, InterruptedException {
    Descriptors descriptors = new Descriptors(stage.proxy().pid());
    descriptors.leave(fault.upTo(4));
    try {
      fault.last();
    } finally {
      descriptors.restore();
    }
  }
}
