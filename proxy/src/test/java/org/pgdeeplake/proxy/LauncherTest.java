// bin/pg-proxy finds a Java that is new enough and gives it the JVM flags, from any directory and
// through symlinks.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  private record Result(int exitCode, String output) {}

  @TempDir private Path directory;

  private Path jar = Path.of("");
  private Path launcher = Path.of("");

  @BeforeEach
  void copyTheLauncherIntoAProject() throws IOException {
    Path project = directory.toRealPath().resolve("a project");
    Path bin = Files.createDirectories(project.resolve("bin"));
    for (String name : List.of("pg-proxy", "java.sh", "proxy.jvm")) {
      Files.copy(Path.of("../bin", name), bin.resolve(name));
    }
    launcher = executable(bin.resolve("pg-proxy"));
    jar = Files.createDirectories(project.resolve("proxy/target")).resolve("pg-proxy-9.jar");
    Files.createFile(jar);
    Files.createDirectory(jar.resolveSibling("lib"));
  }

  @Test
  void runsTheJarWithTheFlagsAndTheArguments() throws Exception {
    Result result = run(launcher, Map.of("JAVA_HOME", fakeJava("25.0.1")), "--config", "a b.conf");

    assertThat(result.output().lines())
        .containsExactly(
            "@" + launcher.toRealPath().resolveSibling("proxy.jvm"),
            "-Dio.netty.leakDetection.level=disabled",
            "-jar",
            jar.toString(),
            "--config",
            "a b.conf");
    assertThat(result.exitCode()).isEqualTo(7);
  }

  @Test
  void takesHeapAndLeakDetectionFromTheEnvironment() throws Exception {
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME", fakeJava("26"),
            "PG_PROXY_HEAP", "1g",
            "JAVA_TOOL_OPTIONS", "-Dio.netty.leakDetection.level=paranoid");

    assertThat(run(launcher, environment).output())
        .contains("-Xmx1g\n")
        .doesNotContain("leakDetection");
  }

  /** One that is older than the jar, or of another Java, would be refused at each start. */
  @Test
  void takesTheCacheOfThisJarAndThisJava() throws Exception {
    String home = fakeJava("25");
    Map<String, String> java = Map.of("JAVA_HOME", home);
    Path cache = jar.resolveSibling("pg-proxy.aot");
    assertThat(run(launcher, java, "--train").output())
        .contains("-XX:AOTCacheOutput=" + cache + "\n", "--train");
    assertThat(run(launcher, java, "--check").output()).doesNotContain("AOTCache");

    Files.createFile(cache);
    Files.setLastModifiedTime(cache, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(run(launcher, java, "--check").output()).contains("-XX:AOTCache=" + cache + "\n");
    Files.writeString(jar.resolveSibling("pg-proxy.aot.java"), "/another/java\n");
    assertThat(run(launcher, java, "--check").output()).doesNotContain("AOTCache");
    assertThat(run(launcher, java, "--train").output()).contains("AOTCacheOutput");
    Files.setLastModifiedTime(cache, FileTime.from(Instant.EPOCH));
    assertThat(run(launcher, java, "--check").output()).doesNotContain("AOTCache");
  }

  @Test
  void worksThroughSymlinks() throws Exception {
    Path first = Files.createSymbolicLink(directory.resolve("first"), launcher);
    Path second = Files.createSymbolicLink(directory.resolve("second"), first);

    assertThat(run(second, Map.of("JAVA_HOME", fakeJava("25"))).output()).contains(jar.toString());
  }

  @Test
  void passesOverAnOldJava() throws Exception {
    String old = fakeJava("17.0.15");
    String path = fakeJava("25") + "/bin:" + System.getenv("PATH");

    assertThat(run(launcher, Map.of("JAVA_HOME", old, "PATH", path)).exitCode()).isEqualTo(7);
  }

  /** A java that knows its version, prints its arguments and ends with 7. */
  private String fakeJava(String version) throws IOException {
    Path home = directory.resolve("jdk-" + version);
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        if [ "$1" = -version ]; then
          echo 'Picked up JAVA_TOOL_OPTIONS: any' >&2
          echo 'openjdk version "%s" 2025-09-16' >&2
          exit
        fi
        printf '%%s\\n' "$@"
        exit 7
        """
            .formatted(version));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(java);
    return home.toString();
  }

  private static Path executable(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Result run(Path launcher, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "PG_PROXY_HEAP")
        .forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }
}
