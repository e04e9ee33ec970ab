package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The wall clock of a process, by libfaketime; its monotonic clock is the machine's. */
final class WallClock {
  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

  private final Path file;

  /**
   * @param file by which the process is told the time
   */
  WallClock(Path file) {
    this.file = file;
    jump(Duration.ZERO);
  }

  static boolean canBeSet() {
    return library().isPresent();
  }

  /** Debian keeps it below the name of the machine's architecture. */
  private static Optional<Path> library() {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(LIBRARIES)) {
      for (Path directory : found) {
        Path library = directory.resolve(LIBRARY);
        if (Files.exists(library)) {
          return Optional.of(library);
        }
      }
    } catch (IOException e) {
      // There is no such directory: so is no library.
    }
    return Optional.empty();
  }

  /** What the process must have in its environment; nothing where there is no library. */
  Map<String, String> environment() {
    return library()
        .map(library ->
            Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1"))
        .orElse(Map.of());
  }

  /**
   * Is felt within a second or so: reading the file each time would be too slow.
   *
   * @param offset from the true time
   */
  void jump(Duration offset) {
    try {
      // In one piece: it may be read at any moment.
      Path next = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(next, "%+d".formatted(offset.toSeconds()));
      Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
