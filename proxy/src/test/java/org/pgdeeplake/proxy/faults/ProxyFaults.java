package org.pgdeeplake.proxy.faults;

import java.io.IOException;

/** What operators do to the proxy, and its machine. */
final class ProxyFaults {
  private final Stage stage;

  ProxyFaults(Stage stage) {
    this.stage = stage;
  }

  void reload(Fault fault) throws InterruptedException {
    stage.config().connectSeconds(fault.upTo(3) + 1);
    stage.reload();
    fault.last();
  }

  /** A server is taken out of the configuration, and comes back. */
  void changeServers(Fault fault) throws InterruptedException {
    stage.config().servers(stage.listed(1 - fault.server()));
    stage.reload();
    stage.awaitActive(1);
    fault.last();
    stage.config().servers(stage.listed(0, 1));
    stage.reload();
    stage.awaitActive(2);
  }

  void swapCertificate(Fault fault) throws InterruptedException {
    stage.swapCertificate();
    stage.reload();
    fault.last();
  }

  void exhaustDescriptors(Fault fault) throws IOException, InterruptedException {
    Descriptors descriptors = new Descriptors(stage.proxy().pid());
    descriptors.leave(fault.upTo(4));
    try {
      fault.last();
    } finally {
      descriptors.restore();
    }
  }
}
