package org.pgdeeplake.manager.deployment;

/**
 * One PostgreSQL of the deployment.
 *
 * @param ordinal as in its name
 * @param host where the manager reaches it, with {@code port}
 */
public record Instance(int ordinal, String name, String host, int port) {

  /** {@code pg-deeplake-ordinal} on this machine. */
  public static Instance local(int ordinal, int port) {
    return new Instance(ordinal, name(ordinal), "127.0.0.1", port);
  }

  public static String name(int ordinal) {
    return "pg-deeplake-" + ordinal;
  }
}
