package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.util.Collections;
import org.pgdeeplake.proxy.support.SessionFault;

/** What a network does between the proxy and a server. */
final class NetworkFaults {
  private static final int MOST_SESSIONS = Injector.MOST_SESSIONS;

  private final Stage stage;

  NetworkFaults(Stage stage) {
    this.stage = stage;
  }

  void blackhole(Fault fault) throws InterruptedException {
    try (LostPackets _ = new LostPackets(stage.addressOf(fault.server()))) {
      fault.last();
    }
  }

  /**
   * The server's host is gone without a word and comes back without knowing its connections: the
   * resets of the link's sockets are lost, too.
   */
  void vanish(Fault fault) throws IOException, InterruptedException {
    try (LostPackets _ = new LostPackets(stage.addressOf(fault.server()))) {
      stage.link().resetAll();
      stage.server(fault.server()).kill9();
      fault.last();
      stage.server(fault.server()).start();
    }
  }

  /** The next sessions, up to so many, meet this. */
  void scripted(Fault fault, SessionFault each, int most) throws InterruptedException {
    int before = stage.link().met();
    stage.link().then(Collections.nCopies(fault.upTo(most), each));
    awaitMet(fault, before);
  }

  void resetOnTheWay(Fault fault) throws InterruptedException {
    int before = stage.link().met();
    for (int i = 0; i < fault.upTo(MOST_SESSIONS); i++) {
      stage.link().resetAfter(fault.detail() * (i + 1) % 2048);
    }
    awaitMet(fault, before);
  }

  private void awaitMet(Fault fault, int before) throws InterruptedException {
    stage.expect("a session meets the fault", () -> stage.link().met() > before);
    fault.last();
    stage.link().wellAgain();
  }

  void stall(Fault fault) throws InterruptedException {
    stage.link().stall();
    fault.last();
    stage.link().wellAgain();
  }
}
