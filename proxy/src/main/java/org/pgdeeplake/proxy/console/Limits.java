package org.pgdeeplake.proxy.console;

import java.time.Duration;

/**
 * What the console may cost.
 *
 * @param sessions logged in, at once
 * @param connections open, at once, with those that log in; as many more may cancel or be told so
 * @param strangers of one address, at once, that have not logged in; more are as above
 * @param login from accept to the right password
 * @param idle no message for so long ends a session
 * @param stalled a client that does not read its answers for so long is closed
 * @param command longest run of a command that does not say itself how long it waits
 */
record Limits(
    int sessions,
    int connections,
    int strangers,
    Duration login,
    Duration idle,
    Duration stalled,
    Duration command) {

  /** Of one message, without its type byte; and of those that wait for their turn. */
  static final int MESSAGE_BYTES = 64 * 1024;

  static final int PREPARED_STATEMENTS = 1000;

  /** Of all statements of a session, as they are kept. */
  static final int PREPARED_BYTES = 1024 * 1024;

  static final int PORTALS = 32;
  static final int PARAMETERS = 16;

  static final Limits DEFAULT =
      new Limits(
          20,
          40,
          10,
          Duration.ofSeconds(10),
          Duration.ofHours(12),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));
}
