package org.pgdeeplake.manager.credentials;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * The credentials file of one instance and the ones beside it, handled by the server itself, so
 * that it is the same wherever the server runs. Contents go to the server as a bind parameter and
 * from there through a pipe: no command line, no statement and no log has them.
 *
 * <p>{@code .new} is what is to come, {@code .old} what was there, both without {@link Mute}; a
 * file gets its content under {@code .tmp} and then its name.
 *
 * @param path in the server's file system; its directory must be on tmpfs
 */
record ServerFiles(String path) {
  static final String NEW = ".new";
  static final String OLD = ".old";
  static final String TEMPORARY = ".tmp";

  private static final String PENDING = "pgmanager.pending";
  private static final Pattern EXIT_CODE = Pattern.compile("exit code (\\d+)");

  /** Exit codes of our scripts; far from those of sh. */
  private static final int NO_TOOLS = 91;

  private static final int NOT_TMPFS = 92;
  private static final int NOT_PRIVATE = 93;

  private static final String BEGIN = "set -e; umask 077; set -C; ";

  /** Whether the instance can do what {@link #stage} needs; changes nothing. */
  void requireUsable(QuietSession session) throws SQLException, DeploymentFailed {
    run(session, requirements());
  }

  private String requirements() {
    return """
    for tool in base64 stat sed mv cat; do command -v $tool >/dev/null || exit %d; done; \
    case $(stat -f -c %%T %s) in tmpfs|ramfs) ;; *) exit %d;; esac;\
    """
        .formatted(NO_TOOLS, quoted(directory()), NOT_TMPFS);
  }

  /** Writes {@code .new} and reads it back. */
  void stage(QuietSession session, String content) throws SQLException, DeploymentFailed {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    session.ask(
        "SELECT set_config('" + PENDING + "', ?, false)",
        Base64.getEncoder().encodeToString(bytes));
    try {
      run(
          session,
          "SELECT current_setting('" + PENDING + "')",
          BEGIN
              + requirements()
              + "rm -f %1$s; base64 -d > %1$s; test \"$(stat -c %%a %1$s)\" = 600 || exit %2$d"
                  .formatted(file(NEW), NOT_PRIVATE));
    } finally {
      session.execute("RESET " + PENDING);
    }
    if (!sha256(session, NEW).equals(sha256(bytes))) {
      throw new DeploymentFailed(path + NEW + " does not hold what was written to it");
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private String sha256(QuietSession session, String suffix) throws SQLException {
    return session.ask("SELECT encode(sha256(pg_read_binary_file(?)), 'hex')", path + suffix);
  }

  /** Copies what is in force to {@code .old}; an empty one if there is no file. */
  void keep(QuietSession session) throws SQLException, DeploymentFailed {
    run(
        session,
        BEGIN
            + "rm -f %1$s; if test -e %2$s; then sed '/%3$s$/d' %2$s > %1$s; else : > %1$s; fi"
                .formatted(file(OLD), file(""), Mute.MARK));
  }

  /** Puts a copy of {@code .new} or {@code .old} in force, behind the line that silences. */
  void putMuted(QuietSession session, String suffix, Mute mute)
      throws SQLException, DeploymentFailed {
    run(
        session,
        BEGIN
            + "rm -f %1$s; { echo \"%2$s\"; cat %3$s; } > %1$s; mv -f -T %1$s %4$s"
                .formatted(file(TEMPORARY), mute.line(), file(suffix), file("")));
  }

  /** Puts {@code .new} or {@code .old} in force as it is; it is no more under its own name. */
  void put(QuietSession session, String suffix) throws SQLException, DeploymentFailed {
    run(session, "mv -f -T %s %s".formatted(file(suffix), file("")));
  }

  /** Of those beside the file in force. */
  void remove(QuietSession session, String... suffixes) throws SQLException, DeploymentFailed {
    StringBuilder command = new StringBuilder("rm -f");
    for (String suffix : suffixes) {
      command.append(' ').append(file(suffix));
    }
    run(session, command.toString());
  }

  boolean exists(QuietSession session, String suffix) throws SQLException {
    return session.ask("SELECT size FROM pg_stat_file(?, true)", path + suffix).length() > 0;
  }

  private static void run(QuietSession session, String script)
      throws SQLException, DeploymentFailed {
    // Without a row nothing is written, so a script that reads nothing is no broken pipe.
    run(session, "SELECT 1 WHERE false", script);
  }

  private static void run(QuietSession session, String query, String script)
      throws SQLException, DeploymentFailed {
    try {
      session.execute(
          "COPY (" + query + ") TO PROGRAM '" + script.replace("'", "''").strip() + "'");
    } catch (SQLException e) {
      Matcher code = EXIT_CODE.matcher(String.valueOf(e.getMessage()));
      if (!code.find()) {
        throw e;
      }
      throw new DeploymentFailed(
          switch (Integer.parseInt(code.group(1))) {
            case NO_TOOLS -> "the instance has not all of base64, stat, sed, mv and cat";
            case NOT_TMPFS ->
                "the directory of the credentials file is not on tmpfs, so they would get onto a disk";
            case NOT_PRIVATE -> "the credentials file would not be of mode 600";
            default ->
                "a command on the credentials file failed with exit code "
                    + code.group(1)
                    + ": may the server's user write to its directory, and does the file belong to"
                    + " that user?";
          },
          e);
    }
  }

  private String directory() {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  private String file(String suffix) {
    return quoted(path + suffix);
  }

  private static String quoted(String path) {
    return "'" + path.replace("'", "'\\''") + "'";
  }
}
