package org.pgdeeplake.manager.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.build.BuildInfo;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's programs, unpacked from the jar once for each version. They are unpacked beside
 * their place and moved there whole, so neither a second start at the same time nor a kill can
 * leave half of them.
 */
final class PostgresBinaries {
  private static final Logger log = LoggerFactory.getLogger(PostgresBinaries.class);
  private static final String UNPACKING = ".unpacking-";

  private PostgresBinaries() {}

  /** Returns the directory with {@code bin}, {@code lib} and {@code share}. */
  static Path unpack(Path data) throws DeploymentFailed {
    try {
      JarURLConnection archive = archive();
      String version = BuildInfo.read().postgresql();
      // The checksum from the jar's own directory: nothing needs to be read to know it.
      String hash = "%08x".formatted(archive.getJarEntry().getCrc());
      Path home = data.resolve("postgresql-" + version + "-" + hash);
      deleteLeftovers(data);
      if (!Files.isDirectory(home)) {
        log.info("Unpacking PostgreSQL {} into {}, once", version, home);
        long began = System.nanoTime();
        Path beside =
            Files.createTempDirectory(data, UNPACKING + ProcessHandle.current().pid() + "-");
        extract(archive, beside);
        moveOrGiveWay(beside, home);
        log.info("Unpacked in {} ms", Duration.ofNanos(System.nanoTime() - began).toMillis());
      }
      return home;
    } catch (IOException e) {
      throw new DeploymentFailed(
          "cannot unpack PostgreSQL into " + data + ": " + FileErrors.reason(e), e);
    }
  }

  private static JarURLConnection archive() throws DeploymentFailed, IOException {
    String system = System.getProperty("os.name");
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String name =
        switch (machine) {
          case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
          case "aarch64", "arm64" -> "/postgres-linux-arm_64.txz";
          default -> "";
        };
    URL url = name.isEmpty() ? null : PostgresBinaries.class.getResource(name);
    if (!system.equals("Linux") || url == null) {
      throw new DeploymentFailed(
          "the local deployment runs on Linux on amd64 and arm64, not on %s on %s"
              .formatted(system, machine));
    }
    return (JarURLConnection) url.openConnection();
  }

  private static void extract(JarURLConnection archive, Path target) throws IOException {
    Directories.permit(target, "rwxr-xr-x");
    try (InputStream in = archive.getInputStream();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(in, 1 << 16)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive names a file outside of it: " + entry.getName());
        }
        extract(entry, tar, path);
      }
    }
  }

  /** Explicit permissions: the server's user must be able to read whatever the umask is. */
  private static void extract(TarArchiveEntry entry, TarArchiveInputStream tar, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      createDirectories(path);
      return;
    }
    createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Directories.permit(path, (entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--");
    }
  }

  private static void createDirectories(@Nullable Path path) throws IOException {
    if (path != null && !Files.isDirectory(path)) {
      createDirectories(path.getParent());
      Files.createDirectory(path);
      Directories.permit(path, "rwxr-xr-x");
    }
  }

  private static void moveOrGiveWay(Path beside, Path home) throws IOException {
    try {
      Files.move(beside, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(home)) {
        throw e;
      }
      Directories.deleteTree(beside);
    }
  }

  private static void deleteLeftovers(Path data) throws IOException {
    List<Path> leftovers;
    try (Stream<Path> entries = Files.list(data)) {
      leftovers = entries.filter(PostgresBinaries::isLeftover).toList();
    }
    for (Path leftover : leftovers) {
      Directories.deleteTree(leftover);
    }
  }

  private static boolean isLeftover(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(UNPACKING)
        && ProcessHandle.of(Long.parseLong(name.split("-", -1)[1])).isEmpty();
  }
}
