package org.pgdeeplake.benchmarks.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** An error in the proxy's log is seen; a warning, or a client's word, is none. */
class BugsTest {
  @Test
  void linesOfLevelErrorAreErrors() {
    String error = "2026-11-29T18:35:49.123+01:00 ERROR a session ended because of a bug";
    String uncaught = "Exception in thread \"log-events\" java.lang.OutOfMemoryError: Java heap";

    assertThat(
            Bugs.errors(
                List.of(
                    "Picked up JAVA_TOOL_OPTIONS: -Djava.io.tmpdir=/tmp",
                    "2026-11-29T18:35:49.123+01:00 WARN  server pg/pg-1 is down: ERROR it said",
                    error,
                    "java.lang.IllegalStateException: ERROR",
                    "\tat org.pgdeeplake.proxy.session.Session.begin(Session.java:1)",
                    uncaught)))
        .containsExactly(error, uncaught);
  }
}
