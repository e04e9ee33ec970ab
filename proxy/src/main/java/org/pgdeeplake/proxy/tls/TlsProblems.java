package org.pgdeeplake.proxy.tls;

import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong, so that a user need not find one thing after the other. */
public final class TlsProblems {
  private final List<String> found = new ArrayList<>();

  /** A part of what is loaded. */
  @FunctionalInterface
  public interface Step {
    void run() throws TlsFileException;
  }

  /** Does it and keeps what is wrong with it. */
  public void collect(Step step) {
    try {
      step.run();
    } catch (TlsFileException e) {
      found.addAll(e.problems());
    }
  }

  public List<String> found() {
    return List.copyOf(found);
  }

  public void throwIfAny() throws TlsFileException {
    if (!found.isEmpty()) {
      throw new TlsFileException(found.stream().distinct().toList());
    }
  }
}
