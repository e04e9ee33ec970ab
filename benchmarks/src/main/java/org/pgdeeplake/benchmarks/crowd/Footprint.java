package org.pgdeeplake.benchmarks.crowd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Scrape;
import org.pgdeeplake.benchmarks.process.Jcmd;

/**
 * What a proxy occupies.
 *
 * @param descriptors open files of the process
 * @param threads of Java; the compiler's come and go
 * @param heap bytes that live after a collection, which is asked for
 * @param buffers bytes of buffers outside the heap
 * @param resident bytes of the process
 */
record Footprint(long descriptors, long threads, long heap, long buffers, long resident) {
  static Footprint of(RunningPeer proxy, Admin admin) throws BenchFailed, InterruptedException {
    Jcmd.collect(proxy.child().orElseThrow());
    // First, since the first question to the admin address is a connection that stays.
    Scrape scrape = admin.scrape();
    return new Footprint(
        descriptors(proxy),
        (long) scrape.sum("jvm_threads_live_threads"),
        (long) scrape.sum("jvm_memory_used_bytes", "area=\"heap\""),
        (long) scrape.sum("jvm_buffer_memory_used_bytes", "id=\"direct\""),
        proxy.accounts().rssKib() * 1024);
  }

  static long pid(RunningPeer proxy) {
    return proxy.child().orElseThrow().pid();
  }

  static long descriptors(RunningPeer proxy) throws BenchFailed {
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid(proxy)), "fd"))) {
      return all.count();
    } catch (IOException e) {
      throw new BenchFailed("cannot see the proxy's open files: " + e.getMessage(), e);
    }
  }

  /** As many files as the process may open. */
  static long descriptorLimit(RunningPeer proxy) throws BenchFailed {
    String begins = "Max open files";
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(pid(proxy)), "limits"))) {
      String soft =
          lines
              .filter(line -> line.startsWith(begins))
              .map(line -> line.substring(begins.length()).strip().split(" +", 2)[0])
              .findFirst()
              .orElse("unlimited");
      return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
    } catch (IOException e) {
      throw new BenchFailed("cannot see the proxy's limits: " + e.getMessage(), e);
    }
  }

  static String megabytes(long bytes) {
    return "%.1f MB".formatted(bytes / 1e6);
  }

  String words() {
    return "%,d files, %d threads, %s of heap, %s of buffers, %s resident"
        .formatted(descriptors, threads, megabytes(heap), megabytes(buffers), megabytes(resident));
  }
}
