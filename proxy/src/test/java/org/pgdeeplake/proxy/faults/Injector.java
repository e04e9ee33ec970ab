package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestPostgres;

/** Does what a story says; each fault is healed when its method returns. */
final class Injector {
  static final int MOST_SESSIONS = 20;
  private static final int MOST_SILENT = 3;

  private final Stage stage;
  private final NetworkFaults network;
  private final NameFaults names;
  private final ProxyFaults proxy;
  private final BadGuests badGuests;

  Injector(Stage stage) {
    this.stage = stage;
    this.network = new NetworkFaults(stage);
    this.names = new NameFaults(stage);
    this.proxy = new ProxyFaults(stage);
    this.badGuests = new BadGuests(stage.address(), stage.server(0).socketAddress());
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
      case BLACKHOLE -> network.blackhole(fault);
      case HALF_OPEN -> network.vanish(fault);
      case STARTING_UP -> network.scripted(fault, SessionFault.STARTING_UP, MOST_SESSIONS);
      case TOO_MANY_CLIENTS -> network.scripted(fault, SessionFault.FULL, MOST_SESSIONS);
      case CLOSED_AT_ONCE -> network.scripted(fault, SessionFault.CLOSE, MOST_SESSIONS);
      case HALF_AN_ANSWER -> network.scripted(fault, SessionFault.HALF_AN_ANSWER, MOST_SESSIONS);
      case RESET_AT_ONCE -> network.scripted(fault, SessionFault.RESET, MOST_SESSIONS);
      case SILENCE -> network.scripted(fault, SessionFault.SILENCE, MOST_SILENT);
      case RESET_ON_THE_WAY -> network.resetOnTheWay(fault);
      case ALL_RESET -> stage.link().resetAll();
      case STALLED -> network.stall(fault);
      case DNS_FLAPS -> names.flap(fault);
      case RELOAD -> proxy.reload(fault);
      case RELOAD_CHANGES_SERVERS -> proxy.changeServers(fault);
      case CERTIFICATE_SWAPPED -> proxy.swapCertificate(fault);
      case PROXY_TERMINATED -> stage.restart("TERM", fault);
      case PROXY_KILLED -> stage.restart("KILL", fault);
      case CLOCK_JUMPS -> proxy.jump(fault);
      case LOG_UNWRITABLE -> proxy.fillDisk(fault);
      case DESCRIPTORS_EXHAUSTED -> proxy.exhaustDescriptors(fault);
      case CLIENTS_RESET -> badGuests.reset(fault);
      case SLOW_READERS -> badGuests.readSlowly(fault);
      case TINY_WINDOWS -> badGuests.readDribs(fault);
      case HEAP_PRESSURE -> heapPressure(fault);
      case GARBAGE -> badGuests.talkNonsense(fault);
    }
  }

  private void heapPressure(Fault fault) throws IOException, InterruptedException {
    double before = stage.figures().collections();
    try (Crowd crowd = new Crowd(stage.address())) {
      crowd.come();
      stage.expect("all are there", () -> stage.figures().connections() >= Crowd.SIZE);
      stage.expect("garbage is collected", () -> stage.figures().collections() > before);
      fault.last();
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
}
