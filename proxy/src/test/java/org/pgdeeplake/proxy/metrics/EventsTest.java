package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

// Rule: what is shown may change at the moment in which a meter is made; it is where it belongs.
class EventsTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Queue<Runnable> whileMade = new ArrayDeque<>();
  private final Events<Counter> events = new Events<>(registry, this::made);

  private Counter made(List<String> labelValues, MeterRegistry shownIn) {
    Counter counter =
        Counter.builder("any").tag("server", labelValues.getFirst()).register(shownIn);
    Runnable meanwhile = whileMade.poll();
    if (meanwhile != null) {
      meanwhile.run();
    }
    return counter;
  }

  @Test
  void aMeterThatIsMadeWhileItIsRemovedIsNotShown() {
    whileMade.add(() -> events.show(_ -> false));
    events.of("s1").increment();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void aMeterThatIsMadeWhileItComesBackLosesNothing() {
    events.show(_ -> false);
    whileMade.add(() -> events.show(_ -> true));
    events.of("s1").increment();
    assertThat(registry.get("any").counter().count()).isOne();
  }
}
