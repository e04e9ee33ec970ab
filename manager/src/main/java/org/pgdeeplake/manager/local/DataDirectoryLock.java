package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;

/**
 * One manager for each data directory: two would start and stop the same instances against each
 * other. The kernel drops the lock when its holder dies, however it dies; the file stays, since
 * removing it would let a third process lock a new file while a second still waits on the old one.
 */
public final class DataDirectoryLock implements AutoCloseable {
  private static final String FILE = "manager.lock";

  private final FileChannel channel;

  private DataDirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @param holder what a second manager is told about this one, such as {@code idle-watch}
   * @throws Locked at once if another holds it
   */
  public static DataDirectoryLock acquire(Path data, String holder) throws DeploymentFailed {
    Directories.create(data);
    Path file = data.resolve(FILE);
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        String other = Files.readString(file).strip();
        channel.close();
        throw new Locked(
            "%s is in use by %s; stop that one, or name another directory with --data"
                .formatted(data, other.isEmpty() ? "another manager" : other));
      }
      String text =
          "%s (pid %d) since %s%n"
              .formatted(
                  holder,
                  ProcessHandle.current().pid(),
                  Instant.now().truncatedTo(ChronoUnit.SECONDS));
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return new DataDirectoryLock(channel);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot lock " + file + ": " + Directories.reason(e), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  @Override
  public void close() throws DeploymentFailed {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DeploymentFailed("cannot unlock the data directory: " + Directories.reason(e), e);
    }
  }
}
