package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.ddl.DdlListener;
import org.pgdeeplake.manager.terminal.Progress;

/** What DDL tells, on standard error. */
record DdlTelling(Progress progress) implements DdlListener {

  @Override
  public void step(String what) {
    progress.step(what);
  }

  @Override
  public void say(String line) {
    progress.line(line);
  }
}
