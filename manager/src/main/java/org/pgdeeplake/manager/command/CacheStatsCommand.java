package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.Cache;
import org.pgdeeplake.manager.cache.CacheAddress;
import org.pgdeeplake.manager.cache.CacheFigures;
import org.pgdeeplake.manager.cache.CacheStats;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "cache-stats",
    mixinStandardHelpOptions = true,
    description = {
      "The figures of the cache in Redis: memory, hits and misses, and keys.",
      "",
      "Redis is found by REDIS_URL in .env or the environment: redis://[:PASSWORD@]HOST[:PORT],"
          + " rediss:// with TLS; a cluster by one of its hosts, or by several:"
          + " redis+cluster://HOST,HOST. Default: redis://127.0.0.1:6379; on kubernetes a"
          + " port-forward to Redis' pod.",
      "",
      "JSON: prefix, total and nodes (a cluster's primaries), each with server, version,"
          + " uptimeSeconds, connectedClients, usedMemoryBytes, maxMemoryBytes (0: no limit),"
          + " evictionPolicy, hits, misses, hitRate (0 to 1, null without any look-up), keys,"
          + " prefixKeys, evictedKeys, expiredKeys.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage cache-stats", "  manage cache-stats --output json | jq .total.hitRate"})
public final class CacheStatsCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Mixin private CommonOptions common = new CommonOptions();

  public CacheStatsCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  static CacheAddress address(Context context) throws DeploymentFailed {
    return CacheAddress.parse(context.redis().orElse("redis://127.0.0.1:6379"));
  }

  @Override
  public Integer call() throws Exception {
    try (Context context = common.open(invocation)) {
      CacheAddress address = address(context);
      CacheStats stats;
      try (Progress progress = context.progress()) {
        progress.step("counting keys of " + address);
        try (Cache cache = Cache.open(address, context.timeout())) {
          stats = cache.stats(Cache.PREFIX);
        }
      }
      context.print(new StatsReport(stats));
      return ExitCodes.OK;
    }
  }

  private record StatsReport(CacheStats stats) implements Report {
    @Override
    public void write(Text text) {
      CacheFigures total = stats.total();
      Double rate = total.hitRate();
      text.heading("Redis " + total.version() + " at " + total.server());
      line(text, "Memory", memory(total) + ", " + total.evictionPolicy());
      line(text, "Hits", total.hits() + ", misses " + total.misses());
      line(
          text, "Hit rate", rate == null ? "-" : String.format(Locale.ROOT, "%.1f %%", rate * 100));
      line(text, "Keys", total.keys() + ", with " + stats.prefix() + " " + total.prefixKeys());
      line(text, "Evicted", total.evictedKeys() + ", expired " + total.expiredKeys());
      line(text, "Clients", String.valueOf(total.connectedClients()));
      line(text, "Up for", Amounts.seconds((double) total.uptimeSeconds()));
      if (stats.nodes().size() > 1) {
        Table table = new Table("NODE", "MEMORY", "HITS", "MISSES", "KEYS", stats.prefix());
        table.right(2, 3, 4, 5);
        for (CacheFigures node : stats.nodes()) {
          table.row(
              node.server(),
              memory(node),
              node.hits(),
              node.misses(),
              node.keys(),
              node.prefixKeys());
        }
        text.line("").table(table);
      }
    }

    private static void line(Text text, String name, String value) {
      text.line("%-9s %s".formatted(name, value));
    }

    private static String memory(CacheFigures figures) {
      long most = figures.maxMemoryBytes();
      return Amounts.bytes(figures.usedMemoryBytes())
          + (most == 0 ? ", no limit" : " of " + Amounts.bytes(most));
    }

    @Override
    public JsonNode json() {
      ArrayNode nodes = Json.array();
      stats.nodes().forEach(node -> nodes.add(figures(node)));
      ObjectNode root = Json.object().put("prefix", stats.prefix());
      root.set("total", figures(stats.total()));
      root.set("nodes", nodes);
      return root;
    }

    private static ObjectNode figures(CacheFigures figures) {
      @Nullable Double rate = figures.hitRate();
      return Json.object()
          .put("server", figures.server())
          .put("version", figures.version())
          .put("uptimeSeconds", figures.uptimeSeconds())
          .put("connectedClients", figures.connectedClients())
          .put("usedMemoryBytes", figures.usedMemoryBytes())
          .put("maxMemoryBytes", figures.maxMemoryBytes())
          .put("evictionPolicy", figures.evictionPolicy())
          .put("hits", figures.hits())
          .put("misses", figures.misses())
          .put("hitRate", rate)
          .put("keys", figures.keys())
          .put("prefixKeys", figures.prefixKeys())
          .put("evictedKeys", figures.evictedKeys())
          .put("expiredKeys", figures.expiredKeys());
    }
  }
}
