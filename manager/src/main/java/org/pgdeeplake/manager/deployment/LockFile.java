package org.pgdeeplake.manager.deployment;

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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One manager at a time: two would start and stop the same instances against each other. The kernel
 * drops the lock when its holder dies, however it dies; the file stays, since removing it would let
 * a third process lock a new file while a second still waits on the old one.
 */
public final class LockFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private LockFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * @param what is locked, and {@code instead}, what the user can do; for the message
   * @param holder what a second manager is told about this one, such as {@code idle-watch}
   * @throws Locked at once if another holds it
   */
  public static LockFile acquire(Path file, String what, String holder, String instead)
      throws DeploymentFailed {
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new Locked("%s is in use by %s; %s".formatted(what, read(file), instead));
      }
      String text =
          "%s (pid %d) since %s%n"
              .formatted(
                  holder,
                  ProcessHandle.current().pid(),
                  Instant.now().truncatedTo(ChronoUnit.SECONDS));
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return new LockFile(file, channel);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot lock " + file + ": " + FileErrors.reason(e), e);
    }
  }

  /** Who holds it now, in words. */
  public static Optional<String> holder(Path file) throws DeploymentFailed {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return tryLock(channel) == null ? Optional.of(read(file)) : Optional.empty();
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + FileErrors.reason(e), e);
    }
  }

  private static String read(Path file) throws IOException {
    String other = Files.readString(file).strip();
    return other.isEmpty() ? "another manager" : other;
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
      throw new DeploymentFailed("cannot unlock " + file + ": " + FileErrors.reason(e), e);
    }
  }
}
