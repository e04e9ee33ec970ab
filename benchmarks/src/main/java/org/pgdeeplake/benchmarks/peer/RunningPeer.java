package org.pgdeeplake.benchmarks.peer;

import java.util.Optional;
import java.util.OptionalInt;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Child;
import org.pgdeeplake.benchmarks.process.ProcessAccounts;

/**
 * @param port where clients connect
 * @param child empty where there is no process of its own
 * @param adminPort of ours
 */
public record RunningPeer(Peer peer, int port, Optional<Child> child, OptionalInt adminPort)
    implements AutoCloseable {
  public String name() {
    return peer.name();
  }

  /** Blocks until clients should be sent to it, for those that tell so; others are ready now. */
  public void awaitReady() throws BenchFailed, InterruptedException {
    if (adminPort.isPresent()) {
      try (Admin admin = new Admin(this)) {
        admin.awaitReady();
      }
    }
  }

  /** So far, in microseconds; 0 without a process. */
  public long cpuMicros() {
    return child.map(c -> ProcessAccounts.cpuMicros(c.handle())).orElse(0L);
  }

  public ProcessAccounts accounts() {
    return child.map(c -> ProcessAccounts.of(c.handle())).orElse(new ProcessAccounts(0, 0, 0));
  }

  @Override
  public void close() {
    child.ifPresent(Child::close);
  }
}
