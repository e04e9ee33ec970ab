package org.pgdeeplake.manager.ddl;

/** Hears how far it is. Called from several threads. */
public interface DdlListener {

  /** What is being done from now on. */
  void step(String what);

  /** A line for the operator: a warning, a notice of the server. */
  void say(String line);
}
