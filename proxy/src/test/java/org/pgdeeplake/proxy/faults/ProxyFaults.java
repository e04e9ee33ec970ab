package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What operators do to the proxy, and its machine. */
final class ProxyFaults {
  private final Stage stage;

  ProxyFaults(Stage stage) {
    this.stage = stage;
  }

  void reload(Fault fault) throws InterruptedException {
    stage
        .config()
        .connectSeconds((int) StageConfig.SHORTEST_CONNECT.toSeconds() + fault.upTo(3) - 1);
    stage.reload();
    fault.last();
  }

  /** A server is taken out of the configuration, and comes back. */
  void changeServers(Fault fault) throws InterruptedException {
    String other = "s" + (2 - fault.server());
    stage.config().servers(stage.listed(1 - fault.server()));
    stage.reload();
    stage.expect("a server is gone", () -> stage.figures().activeServers().equals(List.of(other)));
    fault.last();
    stage.config().servers(stage.listed(0, 1));
    stage.reload();
    stage.expect("it is back", () -> stage.figures().activeServers().equals(List.of("s1", "s2")));
  }

  void swapCertificate(Fault fault) throws InterruptedException {
    stage.swapCertificate();
    stage.reload();
    fault.last();
  }

  void exhaustDescriptors(Fault fault) throws IOException, InterruptedException {
    long pid = stage.proxy().pid();
    try (Limit _ = Limit.openFiles(pid, openFiles(pid) + fault.upTo(4))) {
      fault.last();
    }
  }

  private static long openFiles(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      return open.count();
    }
  }

  /** Forth or back, by up to two days; a reload then tells which time the proxy has. */
  void jump(Fault fault) throws InterruptedException {
    Duration offset = Duration.ofHours(fault.server() == 0 ? fault.upTo(48) : -fault.upTo(48));
    stage.clock().jump(offset);
    Instant there = Instant.now().plus(offset);
    stage.reload();
    stage.expect(
        "the proxy's clock is at " + there,
        () -> Duration.between(there, stage.figures().reloaded()).abs().compareTo(Stage.LIMIT) < 0);
    fault.last();
    stage.clock().jump(Duration.ZERO);
  }

  /** While each session is logged, until lines have got lost; afterwards lines must come again. */
  void fillDisk(Fault fault) throws IOException, InterruptedException {
    stage.config().log(true);
    stage.reload();
    double before = stage.figures().linesLost();
    try (Limit _ = Limit.noLongerFiles(stage.proxy().pid())) {
      stage.expect("lines of the log are lost", () -> stage.figures().linesLost() > before);
      fault.last();
    }
    long size = Files.size(stage.log());
    stage.expect("lines of the log come again", () -> Files.size(stage.log()) > size);
    stage.config().log(false);
    stage.reload();
  }
}
