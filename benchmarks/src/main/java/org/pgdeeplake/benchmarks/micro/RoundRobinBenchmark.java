package org.pgdeeplake.benchmarks.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A session gets a server in its turn and gives it back, among so many servers. */
public class RoundRobinBenchmark extends InMemory {
  @Param({"8", "1000"})
  private int servers;

  private Backends backends;

  @Setup
  public void start() {
    backends = new Backends(servers);
  }

  @Benchmark
  public void isServed() {
    Backends.Session session = backends.session();
    session.enter();
    session.end();
  }
}
