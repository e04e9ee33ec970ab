package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's programs and one initialised data directory, made once for each machine and user and
 * shared by all JVMs. Each is made beside its place and moved there whole.
 *
 * @param programs with {@code bin}
 * @param template a data directory to copy; role postgres, everybody trusted
 * @param runner put before a command to run it as the user that owns the data directories
 */
record PostgresHome(Path programs, Path template, List<String> runner) {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static @Nullable PostgresHome found;

  static synchronized PostgresHome get() {
    if (found == null) {
      try {
        found = make();
      } catch (IOException e) {
        throw new AssertionError("cannot make PostgreSQL for the tests", e);
      }
    }
    return found;
  }

  private static PostgresHome make() throws IOException {
    URL archive = PostgresHome.class.getResource(ARCHIVE);
    if (archive == null) {
      throw new AssertionError(ARCHIVE + " is not on the test class path");
    }
    JarURLConnection connection = (JarURLConnection) archive.openConnection();
    String version = "%08x".formatted(connection.getJarEntry().getCrc());
    int uid = uid();
    Path root =
        Files.createDirectories(
            Path.of(System.getProperty("java.io.tmpdir"), "pg-proxy-tests-" + uid));
    permit(root);
    List<String> runner = uid == 0 ? handOver() : List.of();
    Path programs = root.resolve("postgresql-" + version);
    if (!Files.isDirectory(programs)) {
      unpack(connection, root, programs);
    }
    Path template = root.resolve("template-" + version);
    if (!Files.isDirectory(template)) {
      initialise(programs, runner, root, template);
    }
    return new PostgresHome(programs, template, runner);
  }

  private static int uid() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** PostgreSQL refuses to run as root. */
  private static List<String> handOver() {
    if (Command.find("setpriv").isEmpty()) {
      throw new AssertionError(
          "PostgreSQL does not run as root and setpriv is missing: install util-linux, or run the"
              + " tests as an ordinary user");
    }
    for (String user : List.of("postgres", "nobody")) {
      Command.Result ids = Command.of("id", "-g", user).run();
      if (ids.exitCode() == 0) {
        return List.of(
            "setpriv", "--reuid", user, "--regid", ids.out().strip(), "--clear-groups", "--");
      }
    }
    throw new AssertionError("PostgreSQL does not run as root: create a user postgres or nobody");
  }

  private static void unpack(JarURLConnection archive, Path root, Path programs)
      throws IOException {
    if (Command.find("xz").isEmpty() || Command.find("tar").isEmpty()) {
      throw new AssertionError(
          "unpacking PostgreSQL for the tests needs tar and xz: apt-get install tar xz-utils");
    }
    Path beside = Files.createTempDirectory(root, ".unpacking-");
    permit(beside);
    Path packed = Files.createTempFile(root, ".archive-", ".txz");
    try (InputStream in = archive.getInputStream()) {
      Files.copy(in, packed, StandardCopyOption.REPLACE_EXISTING);
      run("tar", "-xJf", packed.toString(), "-C", beside.toString(), "--no-same-owner");
    } finally {
      Files.delete(packed);
    }
    moveOrGiveWay(beside, programs);
  }

  private static void initialise(Path programs, List<String> runner, Path root, Path template)
      throws IOException {
    Path beside = Files.createTempDirectory(root, ".initialising-");
    if (!runner.isEmpty()) {
      run("chown", runner.get(2), beside.toString());
    }
    List<String> line = new ArrayList<>(runner);
    line.addAll(
        List.of(
            programs.resolve("bin/initdb").toString(),
            "--pgdata=" + beside,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    run(line.toArray(String[]::new));
    moveOrGiveWay(beside, template);
  }

  private static void moveOrGiveWay(Path beside, Path place) throws IOException {
    try {
      Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(place)) {
        throw e;
      }
      run("rm", "-rf", beside.toString());
    }
  }

  private static void permit(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A copy of the template, which belongs to the user of {@link #runner}. */
  Path copyTemplate() throws IOException {
    Path parent = Files.createTempDirectory(template.getParent(), "instance-");
    permit(parent);
    Path data = parent.resolve("data");
    run("cp", "-a", "--reflink=auto", template.toString(), data.toString());
    return data;
  }

  static void run(String... line) throws IOException {
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .directory(Path.of("/").toFile())
            .start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", line) + " failed: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
