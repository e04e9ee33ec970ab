// SIGTERM and the first SIGINT drain and end with 0; a second SIGINT ends at once with 130; SIGHUP
// ends nothing.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void theFirstSignalDrains(String signal) throws Exception {
    try (ChildJvm child = child("drain-ends")) {
      child.signal(signal);

      assertThat(child.awaitExit()).isZero();
      assertThat(child.output()).contains("SIG" + signal + ": draining").contains("drain begins");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain-hangs", "drain-hangs end-fails", "drain-hangs end-hangs-main"})
  void theSecondInterruptEndsAtOnce(String behaviour) throws Exception {
    try (ChildJvm child = child(behaviour)) {
      child.signal("INT");
      child.awaitOutput("drain begins");
      child.signal("INT");

      assertThat(child.awaitExit()).isEqualTo(130);
      assertThat(child.output()).contains("end now");
    }
  }

  @Test
  void anInterruptAfterTerminationIsStillTheFirst() throws Exception {
    try (ChildJvm child = child("drain-hangs")) {
      child.signal("TERM");
      child.awaitOutput("drain begins");
      child.signal("INT");
      child.awaitOutput("once more");
      child.signal("INT");

      assertThat(child.awaitExit()).isEqualTo(130);
    }
  }

  @Test
  void aHangupReloadsAndEndsNothing() throws Exception {
    try (ChildJvm child = child("drain-ends")) {
      child.signal("HUP");
      child.awaitOutput("reload");
      child.signal("TERM");

      assertThat(child.awaitExit()).isZero();
    }
  }

  @Test
  void aHangupThatIsIgnoredIsTold() throws Exception {
    try (ChildJvm child =
        ChildJvm.ignoring("HUP", directory, Child.class.getName(), "drain-ends")) {
      child.awaitOutput("SIGHUP is ignored, as nohup has it");
      child.awaitOutput("ready");
      child.signal("TERM");

      assertThat(child.awaitExit()).isZero();
    }
  }

  @Test
  void aHangupDuringTheStartReloadsAfterIt() throws Exception {
    try (ChildJvm child = child("drain-ends hung-up")) {
      child.awaitOutput("reload");
      child.signal("TERM");

      assertThat(child.awaitExit()).isZero();
    }
  }

  @Test
  void aHangupDuringTheStartEndsNothing() throws Exception {
    Path file = directory.resolve("proxy.conf");
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    try (ChildJvm child =
        new ChildJvm(
            directory, Map.of(), Main.class.getName(), "--check", "--config", file.toString())) {
      // Opens when the process reads it.
      try (Writer config = Files.newBufferedWriter(file, StandardOpenOption.WRITE)) {
        child.signal("HUP");
        child.awaitOutput("SIGHUP");
        config.write(
            "proxy.frontends.f { bind = \"h:1\", default-backend = b }, proxy.backends.b {}");
      }

      assertThat(child.awaitExit()).as(child.output()).isZero();
    }
  }

  private ChildJvm child(String behaviour) throws IOException {
    ChildJvm child = new ChildJvm(directory, Map.of(), Child.class.getName(), behaviour);
    child.awaitOutput("ready");
    return child;
  }

  /**
   * A process whose drain ends or hangs, and whose sudden end works, fails or leaves main waiting.
   */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws InterruptedException {
      String behaviour = args[0];
      CountDownLatch ended = new CountDownLatch(1);
      Signals signals =
          Signals.install(
              () -> {
                System.out.println("drain begins");
                if (behaviour.contains("drain-ends")) {
                  ended.countDown();
                }
              },
              () -> {
                System.out.println("end now");
                if (behaviour.contains("end-fails")) {
                  throw new IllegalStateException("end fails");
                }
                if (!behaviour.contains("end-hangs-main")) {
                  ended.countDown();
                }
              },
              () -> System.out.println("reload"),
              new AtomicBoolean(behaviour.contains("hung-up")));
      System.out.println("ready");
      ended.await();
      System.exit(signals.exitCode());
    }
  }
}
