package org.pgdeeplake.manager.local;

/**
 * One PostgreSQL of the deployment.
 *
 * @param ordinal from 1
 * @param port on 127.0.0.1
 */
public record Instance(int ordinal, int port) {

  public String name() {
    return "pg-deeplake-" + ordinal;
  }
}
