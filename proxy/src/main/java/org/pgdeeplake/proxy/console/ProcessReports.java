package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ProxyVersion;
import org.pgdeeplake.proxy.operation.Topology;

/** SHOW CONFIG, LISTS, MEM, STATE and VERSION. */
final class ProcessReports {
  private final Operations operations;
  private final Map<String, String> defaults = Settings.defaults();

  /** Computes for some milliseconds. */
  ProcessReports(Operations operations) {
    this.operations = operations;
  }

  List<Report> all() {
    return List.of(config(), lists(), memory(), state(), version());
  }

  private Report config() {
    return new Report.Shape<Settings.Setting>()
        .text("key", Settings.Setting::key)
        .text("value", Settings.Setting::value)
        .text("default", Settings.Setting::byDefault)
        .text("changeable", setting -> setting.changeable() ? "yes" : "no")
        .of(
            "CONFIG",
            "the configuration that runs; changeable: by RELOAD",
            () -> Settings.of(operations.topology().config(), defaults));
  }

  private record Count(String list, int items) {}

  private Report lists() {
    return new Report.Shape<Count>()
        .text("list", Count::list)
        .number("items", Count::items)
        .of("LISTS", "how many there are of what", this::counts);
  }

  private List<Count> counts() {
    Topology topology = operations.topology();
    List<Backend> backends = topology.backends();
    return List.of(
        new Count("frontends", topology.frontends().size()),
        new Count("databases", backends.size()),
        new Count("servers", topology.places().size()),
        new Count("servers_up", backends.stream().mapToInt(Backend::activeServers).sum()),
        new Count("used_clients", operations.liveSessions()),
        new Count("waiting_clients", backends.stream().mapToInt(Backend::queued).sum()),
        new Count("used_servers", backends.stream().mapToInt(Backend::assigned).sum()));
  }

  /**
   * @param limit -1: there is none
   */
  private record Memory(String name, long used, long committed, long limit) {}

  private Report memory() {
    return new Report.Shape<Memory>()
        .text("name", Memory::name)
        .big("used", Memory::used)
        .big("memtotal", Memory::committed)
        .big("max", Memory::limit)
        .of("MEM", "memory of the process, in bytes; max -1: no limit", ProcessReports::memories);
  }

  private static List<Memory> memories() {
    var jvm = ManagementFactory.getMemoryMXBean();
    List<Memory> memories = new ArrayList<>();
    memories.add(memory("heap", jvm.getHeapMemoryUsage()));
    memories.add(memory("non_heap", jvm.getNonHeapMemoryUsage()));
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
      var netty = provider.metric();
      memories.add(new Memory("netty_heap", netty.usedHeapMemory(), netty.usedHeapMemory(), -1));
      memories.add(
          new Memory("netty_direct", netty.usedDirectMemory(), netty.usedDirectMemory(), -1));
    }
    return memories;
  }

  private static Memory memory(String name, MemoryUsage usage) {
    return new Memory(name, usage.getUsed(), usage.getCommitted(), usage.getMax());
  }

  private record Fact(String key, String value) {}

  private Report state() {
    return new Report.Shape<Fact>()
        .text("key", Fact::key)
        .text("value", Fact::value)
        .of("STATE", "active or paused, since when it runs, the demand", this::facts);
  }

  private List<Fact> facts() {
    List<Backend> backends = operations.topology().backends();
    long paused = backends.stream().filter(backend -> backend.administration().paused()).count();
    return List.of(
        new Fact("active", paused < backends.size() ? "yes" : "no"),
        new Fact("paused", paused > 0 ? "yes" : "no"),
        new Fact("started", operations.started().truncatedTo(ChronoUnit.SECONDS).toString()),
        new Fact("demand", String.valueOf(operations.demandEverywhere())));
  }

  private static Report version() {
    return new Report.Shape<String>()
        .text("version", version -> version)
        .of("VERSION", "of the proxy", () -> List.of("pg-proxy " + ProxyVersion.text()));
  }
}
