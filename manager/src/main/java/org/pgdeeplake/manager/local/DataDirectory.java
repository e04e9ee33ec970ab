package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;
import org.pgdeeplake.manager.deployment.Instance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of one instance, created by initdb.
 *
 * @param directory of the instance, {@code data} is in it
 * @param programs unpacked PostgreSQL
 */
record DataDirectory(Instance instance, Path directory, Path data, Path programs, ServerUser user) {
  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);

  /** It gets its name when it is complete. */
  void createIfMissing() throws DeploymentFailed {
    if (Files.isDirectory(data)) {
      user.requireOwns(data);
      return;
    }
    long began = System.nanoTime();
    Path unfinished = directory.resolve("data.initdb");
    try {
      Directories.create(directory);
      Directories.permit(directory, "rwx------");
      user.give(directory);
      Directories.deleteTree(unfinished);
      Subprocess initdb = Subprocess.run(user.command(initdb(unfinished)), directory);
      if (initdb.exitCode() != 0) {
        throw new DeploymentFailed(
            "%s: initdb failed:%n  %s"
                .formatted(instance.name(), initdb.output().replace("\n", "\n  ")));
      }
      Files.writeString(unfinished.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
      Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot create " + data + ": " + FileErrors.reason(e), e);
    }
    log.info(
        "{}: data directory created in {} ms",
        instance.name(),
        Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  private List<String> initdb(Path target) {
    return List.of(
        programs.resolve("bin/initdb").toString(),
        "--pgdata=" + target,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        // PostgreSQL's own: the same on every machine, whatever locales are installed.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
        "--set=shared_buffers=128MB",
        "--set=max_connections=200",
        // The data of the real deployment is in object storage; local files may be lost when the
        // machine crashes. Commits stay synchronous: without fsync that is almost free, and then
        // nothing is lost when only the server is killed.
        "--set=fsync=off",
        "--set=full_page_writes=off",
        "--set=wal_level=minimal",
        "--set=max_wal_senders=0",
        "--set=max_logical_replication_workers=0",
        "--set=checkpoint_timeout=30min",
        "--set=log_lock_waits=on",
        "--set=log_line_prefix=%m [%p] db=%d user=%u app=%a client=%h ");
  }
}
