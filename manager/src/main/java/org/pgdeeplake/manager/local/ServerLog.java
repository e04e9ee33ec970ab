package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** What a server says, in one file over all its runs; the run before may be kept in a second. */
record ServerLog(Path file) {
  private static final long ROTATE_BYTES = 10L << 20;
  private static final int TAIL_BYTES = 8192;
  private static final int TAIL_LINES = 10;

  /** Where the next run begins. Between runs only: a running server keeps its file open. */
  long beginRun() throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    long size = Files.size(file);
    if (size < ROTATE_BYTES) {
      return size;
    }
    Files.move(file, Path.of(file + ".1"), StandardCopyOption.REPLACE_EXISTING);
    return 0;
  }

  /** The last lines written since {@code begin}, indented, or a word saying that there are none. */
  String tail(long begin) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(begin, in.length() - TAIL_BYTES);
      in.seek(Math.min(from, in.length()));
      byte[] bytes = new byte[(int) (in.length() - in.getFilePointer())];
      in.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).strip().lines().toList();
      if (lines.isEmpty()) {
        return "  (it wrote nothing)";
      }
      return "  "
          + String.join(
              "\n  ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "  (unreadable: " + e.getMessage() + ")";
    }
  }
}
