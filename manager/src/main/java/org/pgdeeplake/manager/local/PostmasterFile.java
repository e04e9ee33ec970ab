package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;

/**
 * What a running server writes into {@code postmaster.pid}: src/include/utils/pidfile.h. The file
 * outlives a server that was killed, so it proves nothing until {@link #process} has looked.
 *
 * @param ready the server takes sessions: recovery, if there was any, is over
 */
record PostmasterFile(Path data, long pid, int port, boolean ready) {
  private static final String NAME = "postmaster.pid";

  /** Above any pid that Linux gives out (PID_MAX_LIMIT, 2^22). */
  private static final String NOBODY = "99999999";

  /** Empty also while the server is still writing it. */
  static Optional<PostmasterFile> read(Path data) {
    try {
      List<String> lines = Files.readAllLines(data.resolve(NAME));
      if (lines.size() < 4) {
        return Optional.empty();
      }
      boolean ready = lines.size() >= 8 && lines.get(7).strip().equals("ready");
      return Optional.of(
          new PostmasterFile(
              data,
              Long.parseLong(lines.get(0).strip()),
              Integer.parseInt(lines.get(3).strip()),
              ready));
    } catch (IOException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** The server, if the pid is alive and has not been given to another program since. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(Subprocess::runs).filter(_ -> isServerOfData());
  }

  /**
   * A live pid of another program makes PostgreSQL refuse to start, for example after a reboot. The
   * file must stay for its shared memory key, which keeps a new server away from children of the
   * old one; so only the pid is replaced.
   */
  void forgetForeignPid() throws DeploymentFailed {
    if (ProcessHandle.of(pid).isEmpty() || isServerOfData()) {
      return;
    }
    Path file = data.resolve(NAME);
    try {
      List<String> lines = Files.readAllLines(file);
      lines.set(0, NOBODY);
      Files.write(file, lines);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot write " + file + ": " + FileErrors.reason(e), e);
    }
  }

  private boolean isServerOfData() {
    Path proc = Path.of("/proc", Long.toString(pid));
    try {
      if (!Files.readString(proc.resolve("comm")).strip().equals("postgres")) {
        return false;
      }
      return workingDirectory(proc).map(data.toRealPath()::equals).orElseGet(() -> namesData(proc));
    } catch (IOException _) {
      return false;
    }
  }

  /** The server works in its data directory; empty where the kernel does not let us look. */
  private static Optional<Path> workingDirectory(Path proc) {
    try {
      return Optional.of(Files.readSymbolicLink(proc.resolve("cwd")));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private boolean namesData(Path proc) {
    try {
      String[] arguments = Files.readString(proc.resolve("cmdline")).split("\0", -1);
      return Arrays.asList(arguments).contains(data.toString());
    } catch (IOException _) {
      return false;
    }
  }
}
