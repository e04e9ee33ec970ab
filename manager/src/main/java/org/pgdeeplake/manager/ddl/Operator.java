package org.pgdeeplake.manager.ddl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * Who runs the DDL, as others read it in {@code pg_stat_activity}.
 *
 * @param pid of the manager
 * @param name {@code user@host}
 */
record Operator(long pid, String name) {
  /** How the names of the sessions begin that hold the lock, or wait for it. */
  static final String LOCK = PostgresAccess.APPLICATION + " ddl-lock ";

  /** How the names of the sessions begin that run the statements. */
  static final String RUN = PostgresAccess.APPLICATION + " ddl-run ";

  private static final Pattern FORM =
      Pattern.compile("(?:%s|%s)(\\d+) (.+)".formatted(Pattern.quote(LOCK), Pattern.quote(RUN)));

  /** NAMEDATALEN - 1; the server would cut a longer one itself. */
  private static final int LONGEST = 63;

  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

  static Operator current() {
    String name = System.getProperty("user.name", "?") + "@" + host();
    // The server shows other characters in a form that is longer.
    return new Operator(ProcessHandle.current().pid(), name.replaceAll("[^!-~]", "?"));
  }

  private static String host() {
    try {
      return Files.readString(HOST).strip();
    } catch (IOException _) {
      return System.getenv().getOrDefault("HOSTNAME", "?");
    }
  }

  String application(String prefix) {
    String application = prefix + pid + " " + name;
    return application.substring(0, Math.min(LONGEST, application.length()));
  }

  /** Who such a session is of; others by their own name. */
  static String inWords(String application) {
    Matcher matcher = FORM.matcher(application);
    if (matcher.matches()) {
      return "%s (pid %s)".formatted(matcher.group(2), matcher.group(1));
    }
    return application.isEmpty() ? "a session without a name" : "a session of " + application;
  }
}
