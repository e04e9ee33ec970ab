package org.pgdeeplake.proxy.net;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * How the files that the process may open are shared out (RLIMIT_NOFILE; {@code ulimit -n}). What
 * tells an operator why everything is full must be served when everything is full: a reserve is
 * kept for health checks, the operators' ports, cancel requests and the JVM's own files; sessions
 * get the rest, two files each.
 *
 * @param limit files and sockets at once
 * @param servers that are checked, each over a connection of its own
 */
public record OpenFiles(long limit, int servers) {
  /**
   * What operators may open: the admin port 256 connections and twice 16 brief ones, the console 40
   * and as many that it sends away, the scaler 128. {@code OperatorFilesTest} adds up what they say
   * themselves.
   */
  public static final int OPERATORS = 256 + 2 * 16 + 2 * 40 + 128;

  /** Servers whose checks the least reserve has room for. */
  private static final int USUAL_SERVERS = 10;

  /** Libraries, listeners, event loops (three each) and certificates that are being read. */
  private static final int JVM = 160;

  /** One in so many of the reserve is for guests. */
  private static final int GUESTS = 4;

  private static final long LEAST_RESERVE =
      (OPERATORS + USUAL_SERVERS + JVM) * (long) GUESTS / (GUESTS - 1);

  private static final long MOST_RESERVE = 1024;

  /** The reserve is one file in so many, between these two. */
  private static final int RESERVED = 100;

  private static final int FILES_PER_SESSION = 2;

  /** Of this process now. Where the system does not say, as if there were no limit. */
  public static OpenFiles ofProcess(int servers) {
    long limit =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return new OpenFiles(limit, servers);
  }

  /**
   * Opens every library of the class path. A class is loaded when it is needed first, which may be
   * when no file can be opened; then it can never be loaded again (JVMS 5.4.3).
   */
  public static void openLibraries() {
    // They are searched in turn, and those that were searched stay open.
    var _ = ClassLoader.getSystemResource("no-such-resource");
  }

  /** Of the files, for all that is no session. */
  public long reserve() {
    // Where there are so few, neither half is to be without any.
    return Math.min(reserveOf(limit / RESERVED), limit / 2);
  }

  private long reserveOf(long part) {
    return Math.clamp(part, LEAST_RESERVE, MOST_RESERVE) + Math.max(0, servers - USUAL_SERVERS);
  }

  /** Sessions that the files suffice for. */
  public int sessions() {
    return (int) Math.min(Integer.MAX_VALUE, (limit - reserve()) / FILES_PER_SESSION);
  }

  /**
   * Connections that are let in without a place: to cancel queries, or to be told that all is full.
   */
  public int guests() {
    return (int) (reserve() / GUESTS);
  }

  /**
   * What is to be said where there are not enough.
   *
   * @param wanted sessions at once
   */
  public Optional<String> shortage(long wanted) {
    return wanted <= sessions()
        ? Optional.empty()
        : Optional.of(
            "%d open files are enough for %d sessions, fewer than max-connections of %d in all: raise ulimit -n to %d"
                .formatted(limit, sessions(), wanted, neededFor(wanted)));
  }

  private long neededFor(long wanted) {
    long files = wanted * FILES_PER_SESSION;
    return files + Math.min(reserveOf(files / (RESERVED - 1) + 1), files);
  }
}
