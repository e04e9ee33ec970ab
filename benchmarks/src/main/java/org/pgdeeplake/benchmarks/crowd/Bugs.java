package org.pgdeeplake.benchmarks.crowd;

import java.util.List;
import java.util.regex.Pattern;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Scrape;

/**
 * What a proxy itself tells of its bugs. Most of those who pass by leave without waiting for a
 * word: of them nobody but the proxy knows whether all went well.
 */
final class Bugs {
  /** A line of level error, or what a thread says that nobody has caught. */
  private static final Pattern ERROR =
      Pattern.compile("\\d{4}-\\S+ ERROR .*|Exception in thread .*");

  private static final int TOLD = 3;

  private Bugs() {}

  /** To be called when the crowd has left. */
  static void requireNone(Finding finding, RunningPeer proxy, Admin admin)
      throws BenchFailed, InterruptedException {
    Scrape scrape = admin.scrape();
    long frontend = (long) scrape.sum("haproxy_frontend_internal_errors_total");
    long backend = (long) scrape.sum("haproxy_backend_internal_errors_total");
    List<String> lines = errors(proxy.child().orElseThrow().lines());
    finding
        .figure(
            "internal errors that the proxy counts and logs",
            "%,d of its frontend, %,d of its backend, %,d lines"
                .formatted(frontend, backend, lines.size()))
        .require(
            frontend == 0 && backend == 0,
            "sessions ended because of a bug: %,d of the frontend, %,d of the backend"
                .formatted(frontend, backend))
        .require(
            lines.isEmpty(),
            "%,d errors in the proxy's log: %s"
                .formatted(lines.size(), String.join("; ", lines.stream().limit(TOLD).toList())));
  }

  static List<String> errors(List<String> log) {
    return log.stream().filter(line -> ERROR.matcher(line).matches()).toList();
  }
}
