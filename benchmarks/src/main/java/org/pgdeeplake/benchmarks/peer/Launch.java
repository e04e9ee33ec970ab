package org.pgdeeplake.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Child;
import org.pgdeeplake.benchmarks.process.Ports;

/** What the start of every peer has in common. */
final class Launch {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Launch() {}

  static Path write(Setup setup, String name, String text) throws BenchFailed {
    Path file = setup.directory().resolve(name);
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new BenchFailed("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  static RunningPeer start(Peer peer, Setup setup, int port, List<String> command)
      throws BenchFailed, InterruptedException {
    return start(peer, setup, port, OptionalInt.empty(), command);
  }

  static RunningPeer start(
      Peer peer, Setup setup, int port, OptionalInt adminPort, List<String> command)
      throws BenchFailed, InterruptedException {
    Child child = Child.start(peer.name(), command, setup.directory(), Map.of());
    try {
      Ports.awaitListening(child, port, LIMIT);
      return new RunningPeer(peer, port, Optional.of(child), adminPort);
    } catch (BenchFailed | InterruptedException e) {
      child.close();
      throw e;
    }
  }
}
