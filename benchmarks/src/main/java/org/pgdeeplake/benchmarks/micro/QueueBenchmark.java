package org.pgdeeplake.benchmarks.micro;

import java.util.ArrayDeque;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The queue with so many waiters in it: a session comes and goes, or takes its turn. */
public class QueueBenchmark extends InMemory {
  @Param({"1", "5000"})
  private int waiters;

  private final Backends only = new Backends(1, 1);
  private final ArrayDeque<Backends.Session> line = new ArrayDeque<>();
  private Backends.Session served = only.session();

  @Setup
  public void fill() {
    served.enter();
    for (int i = 0; i < waiters; i++) {
      line.add(enter());
    }
  }

  private Backends.Session enter() {
    Backends.Session session = only.session();
    session.enter();
    return session;
  }

  /** The client gives up at once. */
  @Benchmark
  public void comesAndGoes() {
    enter().leave();
  }

  /** A session ends, the first in line takes its place, and another comes. */
  @Benchmark
  public void isReleased() {
    served.end();
    served = line.remove();
    if (!served.assigned()) {
      throw new IllegalStateException("the first in line was not served");
    }
    line.add(enter());
  }
}
