package org.pgdeeplake.manager.cache;

import io.lettuce.core.RedisCommandExecutionException;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** The message says what is wrong, where, and what would help; it never has a password in it. */
public final class CacheFailed extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  /** What kind of failure, for those that go on differently. */
  public enum Reason {
    /** The address itself is wrong. */
    ADDRESS,
    UNREACHABLE,
    TLS,
    CREDENTIALS,
    READ_ONLY,
    NOT_REDIS,
    /** Any other answer that is an error. */
    REFUSED
  }

  private final Reason reason;

  CacheFailed(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  CacheFailed(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** What the server said, in its words; empty where it said nothing. */
  String answer() {
    for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof RedisCommandExecutionException) {
        return String.valueOf(cause.getMessage());
      }
    }
    return "";
  }

  /** The same, and how many keys were flushed before it. */
  CacheFailed after(long flushed) {
    return new CacheFailed(
        reason,
        "%s; %d %s flushed before that"
            .formatted(getMessage(), flushed, flushed == 1 ? "key was" : "keys were"),
        this);
  }
}
