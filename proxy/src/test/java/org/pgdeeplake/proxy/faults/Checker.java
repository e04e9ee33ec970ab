package org.pgdeeplake.proxy.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Knows which faults were when, and what clients may hear at that moment. Thread-safe. */
final class Checker {
  private final List<Window> windows = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Integer> allowed = new TreeMap<>();

  /** A fault from its begin until it was healed. */
  private static final class Window {
    private final Fault fault;
    private final long from = System.nanoTime();
    private long until = Long.MAX_VALUE;

    private Window(Fault fault) {
      this.fault = fault;
    }

    /** Whether any of a session was in it, at a server that it hit. */
    private boolean touches(Failure failure) {
      boolean then = failure.end() - from >= 0 && (open() || until - failure.begin() >= 0);
      boolean there =
          fault.kind() == Kind.ALL_SERVERS_KILLED
              || fault.kind().hears() == Kind.Hears.EVERYBODY
              || failure.server() < 0
              || failure.server() == fault.server();
      return then && there;
    }

    private boolean open() {
      return until == Long.MAX_VALUE;
    }
  }

  synchronized void begins(Fault fault) {
    windows.add(new Window(fault));
  }

  synchronized void healed() {
    windows.getLast().until = System.nanoTime();
  }

  synchronized void failed(Failure failure) {
    for (Window window : windows.reversed()) {
      if (window.touches(failure) && window.fault.kind().allows(failure)) {
        String state = failure.sqlState().isEmpty() ? "connection lost" : failure.sqlState();
        allowed.merge(window.fault.kind() + ", " + state, 1, Integer::sum);
        return;
      }
    }
    violation(failure.toString());
  }

  /** Whether no fault was at that time or after it. */
  synchronized boolean quietSince(long time) {
    return windows.isEmpty() || (!windows.getLast().open() && time - windows.getLast().until > 0);
  }

  synchronized void violation(String text) {
    String now = windows.isEmpty() ? "before any fault" : windows.getLast().fault.toString();
    violations.add(text + " [" + now + "]");
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** How often clients failed as they may, by fault and SQLSTATE. */
  synchronized Map<String, Integer> allowed() {
    return new TreeMap<>(allowed);
  }
}
