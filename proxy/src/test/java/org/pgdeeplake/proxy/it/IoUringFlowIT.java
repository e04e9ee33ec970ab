package org.pgdeeplake.proxy.it;

import org.junit.jupiter.api.BeforeAll;
import org.pgdeeplake.proxy.support.Kernel;
import org.pgdeeplake.proxy.support.ProxyFile;

// Rule: with io_uring, too, each end feels the other's pace, its end and its failure, though the
// kernel goes on receiving until it hears that no more is wanted.
class IoUringFlowIT extends FlowIT {
  @BeforeAll
  static void needsIoUring() {
    Kernel.assumeTransport("io_uring");
  }

  @Override
  ProxyFile edge(ProxyFile builder) {
    return builder.proxy("transport = io_uring");
  }
}
