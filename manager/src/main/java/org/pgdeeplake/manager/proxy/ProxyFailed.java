package org.pgdeeplake.manager.proxy;

import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Why the proxy did not do it; the message says where, and what would help. */
public abstract sealed class ProxyFailed extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  private ProxyFailed(String message) {
    super(message);
  }

  private ProxyFailed(String message, Throwable cause) {
    super(message, cause);
  }

  /** Nobody listens, or nobody answers in time. */
  public static final class Unreachable extends ProxyFailed {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** 401 and 403: user and password are missing, wrong, or not configured there. */
  public static final class NeedsCredentials extends ProxyFailed {
    private static final long serialVersionUID = 1L;

    NeedsCredentials(String message) {
      super(message);
    }
  }

  /** 404 and 409: no one thing has that name; the message says what there is. */
  public static final class Unknown extends ProxyFailed {
    private static final long serialVersionUID = 1L;

    Unknown(String message) {
      super(message);
    }
  }

  /** 429: too many wrong passwords from here. */
  public static final class TooMany extends ProxyFailed {
    private static final long serialVersionUID = 1L;

    TooMany(String message) {
      super(message);
    }
  }

  /** 504: the server still has sessions after the wait. */
  public static final class NotEmpty extends ProxyFailed {
    private static final long serialVersionUID = 1L;
    private final transient Answer<ServerState> state;

    NotEmpty(String message, Answer<ServerState> state) {
      super(message);
      this.state = state;
    }

    public Answer<ServerState> state() {
      return state;
    }
  }

  /** 422: the new configuration has problems, and nothing has changed. */
  public static final class NotReloaded extends ProxyFailed {
    private static final long serialVersionUID = 1L;
    private final transient Answer<List<String>> problems;

    NotReloaded(String message, Answer<List<String>> problems) {
      super(message);
      this.problems = problems;
    }

    /** Each word for word, with file and line. */
    public Answer<List<String>> problems() {
      return problems;
    }
  }

  /** Any other answer, such as that of something that is not the proxy. */
  public static final class Unexpected extends ProxyFailed {
    private static final long serialVersionUID = 1L;

    Unexpected(String message) {
      super(message);
    }
  }
}
