package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.pgdeeplake.proxy.support.Command;

/**
 * The wall clock of a process, by a small library that goes before the C library's; its monotonic
 * clock is the machine's. Needs Linux and a C compiler.
 */
final class WallClock {
  private static final String COMPILER = "cc";
  private static final String SOURCE = "wallclock.c";

  private final Path library;
  private final Path offset;

  /**
   * @param directory for the library, and for the file by which the process is told the time
   */
  WallClock(Path directory) {
    library = directory.resolve("wallclock.so");
    offset = directory.resolve("wallclock");
    jump(Duration.ZERO);
    Path source = directory.resolve(SOURCE);
    try (InputStream text =
        Objects.requireNonNull(WallClock.class.getResourceAsStream(SOURCE), SOURCE)) {
      Files.write(source, text.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.Result result =
        Command.of(COMPILER, "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
            .run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.err());
    }
  }

  static boolean canBeSet() {
    return Command.find(COMPILER).isPresent()
        && System.getProperty("os.name").equalsIgnoreCase("linux");
  }

  /** What the process must have in its environment. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "WALL_CLOCK", offset.toString());
  }

  /**
   * At once.
   *
   * @param from the machine's time; in whole seconds
   */
  void jump(Duration from) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(from.toSeconds())
            .flip();
    try (FileChannel file =
        FileChannel.open(offset, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int _ = file.write(bytes, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
