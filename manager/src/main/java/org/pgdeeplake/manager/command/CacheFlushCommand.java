package org.pgdeeplake.manager.command;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.Cache;
import org.pgdeeplake.manager.cache.CacheAddress;
import org.pgdeeplake.manager.cache.Flushed;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "cache-flush",
    mixinStandardHelpOptions = true,
    description = {
      "Removes the deployment's keys from the cache in Redis, and no other; never FLUSHALL.",
      "",
      "Keys that instances add meanwhile may stay. Ctrl-C ends it after the batch under way; it"
          + " says how many keys were removed, and ends with 5. REDIS_URL: as for cache-stats. A"
          + " prefix that does not begin with pgdl: may be of somebody else, so it is asked for"
          + " first, and without a terminal it needs --yes.",
      "",
      "JSON: prefix, flushed (keys), complete (false after Ctrl-C); with --dry-run: prefix, keys,"
          + " dryRun.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage cache-flush", "  manage cache-flush --dry-run"})
public final class CacheFlushCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Of the keys, by the letter. Default: ${DEFAULT-VALUE}")
  private String prefix = Cache.PREFIX;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Only count the keys.")
  private boolean dryRun;

  public CacheFlushCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    if (prefix.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--prefix: an empty one would be every key");
    }
    try (Context context = common.open(invocation)) {
      CacheAddress address = CacheStatsCommand.address(context);
      if (!dryRun && !yes && !prefix.startsWith(Cache.PREFIX)) {
        confirm(address);
      }
      try (Cache cache = Cache.open(address, context.timeout())) {
        return dryRun ? count(context, cache) : flush(context, cache);
      }
    }
  }

  private void confirm(CacheAddress address) throws Refused {
    String question = "Remove all keys that begin with '%s' from %s?".formatted(prefix, address);
    if (!invocation.terminal().in()) {
      throw new Refused(question + " There is no terminal to ask at: add --yes.");
    }
    if (!invocation.terminal().confirm(question)) {
      throw new Refused("Nothing was done.");
    }
  }

  private int count(Context context, Cache cache) throws Exception {
    long keys = cache.stats(prefix).total().prefixKeys();
    context.print(
        new JsonReport(
            Json.object().put("prefix", prefix).put("keys", keys).put("dryRun", true),
            text ->
                text.line(Amounts.count(keys, "key") + " with " + prefix + " would be removed")));
    return ExitCodes.OK;
  }

  private int flush(Context context, Cache cache) throws Exception {
    Termination termination = invocation.termination();
    termination.catchSignals();
    Flushed flushed;
    try (Progress progress = context.progress()) {
      progress.step("flushing " + prefix);
      flushed =
          cache.flush(
              prefix,
              keys -> {
                progress.step("flushing %s: %s".formatted(prefix, Amounts.count(keys, "key")));
                return !termination.requested();
              });
    }
    context.print(
        new JsonReport(
            Json.object()
                .put("prefix", prefix)
                .put("flushed", flushed.keys())
                .put("complete", flushed.complete()),
            text ->
                text.line(
                    Amounts.count(flushed.keys(), "key")
                        + (flushed.complete() ? " flushed" : " flushed; ended before the rest"))));
    return flushed.complete() ? ExitCodes.OK : ExitCodes.PARTLY;
  }
}
