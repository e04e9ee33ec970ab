package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

/** A backend without sockets whose servers are down, and what it tells of its wakes. */
abstract class WakesStage {
  static final Duration LIMIT = Duration.ofSeconds(10);
  final BackendScene scene = new BackendScene(2);
  final Backend backend = scene.backend;
  final List<Phase> told = new ArrayList<>();
  final Map<Phase, Long> nanosOf = new EnumMap<>(Phase.class);

  @BeforeEach
  void listen() {
    backend.tellWakes((name, phase, nanos) -> {
      assertThat(name).isEqualTo("b");
      assertThat(nanos).isPositive();
      // The lock is free.
      assertThat(CompletableFuture.supplyAsync(backend::queued)).succeedsWithin(LIMIT);
      told.add(phase);
      nanosOf.put(phase, nanos);
    });
  }

  Wake last() {
    return backend.wakes().getFirst();
  }
}
