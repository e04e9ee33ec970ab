package org.pgdeeplake.manager.command;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.ddl.Ddl;
import org.pgdeeplake.manager.ddl.DdlStop;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.ingest.ChunkSize;
import org.pgdeeplake.manager.ingest.IngestOptions;
import org.pgdeeplake.manager.ingest.IngestPlan;
import org.pgdeeplake.manager.ingest.Retries;
import org.pgdeeplake.manager.ingest.TpchIngest;
import org.pgdeeplake.manager.ingest.TpchSchema;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "tpch",
    mixinStandardHelpOptions = true,
    description = {
      "Generates TPC-H into a database and compares what is there then with what was generated:"
          + " rows, sums of the numeric columns, a hash of every row.",
      "",
      "Rows go in chunks, each exactly once. Stopped, killed or failed, the same command goes on"
          + " where it was; done, it only compares. Needs about 400 MB of memory at any scale.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage ingest tpch --scale 1 -d tpch --jobs 4",
      "  manage ingest tpch --scale 0.01 --tables nation,region --direct"
    })
public final class IngestTpchCommand implements Callable<Integer> {
  private static final int MOST_JOBS = 64;

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--scale",
      paramLabel = "SF",
      description = "1 is about a gigabyte; from 0.001. Default: ${DEFAULT-VALUE}.")
  private BigDecimal scale = BigDecimal.ONE;

  @Option(
      names = "--tables",
      paramLabel = "NAME",
      split = ",",
      description = "Only these. Default: all eight.")
  private List<String> tables = TpchSchema.names();

  @Option(
      names = {"-d", "--database"},
      paramLabel = "NAME",
      description = "It must exist. Default: $$POSTGRES_DB, or postgres.")
  private @Nullable String database;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "Where clients reach the proxy. Default: $$PROXY_HOST, or the host of --proxy; on"
              + " kubernetes, without --host and --port, a port-forward.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The proxy's, there. Default: $$PROXY_PORT, or 5432.")
  private @Nullable Integer port;

  @Option(names = "--direct", description = "To instance 1, past the proxy.")
  private boolean direct;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Sessions that load beside each other. Default: ${DEFAULT-VALUE}.")
  private int jobs = 2;

  @Option(
      names = "--chunk-rows",
      paramLabel = "N",
      description =
          "The most rows of one COPY: pg_deeplake runs out of memory in a large one. Default:"
              + " ${DEFAULT-VALUE}.")
  private long chunkRows = 100_000;

  @Option(
      names = "--chunk-bytes",
      paramLabel = "N",
      description = "The most bytes of one COPY, if rows were as long as can be. Default: 16 MiB.")
  private long chunkBytes = 16L << 20;

  @Option(
      names = "--dry-run",
      description = "Tell what would be loaded, and what is there; wakes nothing.")
  private boolean dryRun;

  public IngestTpchCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    IngestOptions options = options(Objects.requireNonNull(spec));
    try (Context context = common.open(invocation)) {
      IngestRoutes routes =
          new IngestRoutes(
              context,
              database != null ? database : context.settings().postgresDatabase(),
              host,
              port,
              direct,
              Objects.requireNonNull(spec));
      if (dryRun) {
        return plan(context, options, routes);
      }
      invocation.termination().catchSignals();
      return run(context, options, routes);
    }
  }

  private IngestOptions options(CommandSpec command) {
    Checks.range(command, "--jobs", jobs, 1, MOST_JOBS);
    if (port != null) {
      Checks.range(command, "--port", port, 1, 65535);
    }
    for (String table : tables) {
      if (!TpchSchema.names().contains(table)) {
        throw wrong(command, "--tables", table + " is none of " + TpchSchema.names());
      }
    }
    if (scale.compareTo(IngestOptions.LEAST_SCALE) < 0
        || scale.compareTo(IngestOptions.MOST_SCALE) > 0) {
      throw wrong(
          command,
          "--scale",
          "%s is not between %s and %s"
              .formatted(scale, IngestOptions.LEAST_SCALE, IngestOptions.MOST_SCALE));
    }
    if (chunkRows < 1 || chunkBytes < 1) {
      throw wrong(command, "--chunk-rows, --chunk-bytes", "below 1");
    }
    return new IngestOptions(
        scale, tables, jobs, new ChunkSize(chunkRows, chunkBytes), Retries.DEFAULT);
  }

  private static ParameterException wrong(CommandSpec command, String option, String why) {
    return new ParameterException(
        command.commandLine(), "Invalid value for option '" + option + "': " + why);
  }

  private int run(Context context, IngestOptions options, IngestRoutes routes) throws Exception {
    DdlStop stop = new DdlStop();
    invocation.termination().onRequest(stop::request);
    try (Progress progress = context.progress()) {
      Ddl ddl =
          new Ddl(
              context.deployment(),
              context.postgres(),
              context.cacheFlush(),
              new DdlTelling(progress),
              stop);
      TpchIngest ingest = new TpchIngest(routes.target(ddl), options, new IngestTelling(progress));
      invocation.termination().onRequest(ingest::stop);
      long began = System.nanoTime();
      var report = ingest.run();
      context.print(
          new IngestTpchReport(
              routes.database(), scale, report, Duration.ofNanos(System.nanoTime() - began)));
      return ExitCodes.OK;
    } catch (CancellationException _) {
      invocation.err().println("Stopped. The same command goes on from here.");
      return ExitCodes.PARTLY;
    } catch (SQLException e) {
      throw new DeploymentFailed(
          PostgresAccess.reason(e) + ". The same command goes on where this one was.", e);
    }
  }

  /** Asks the first instance itself, so that nothing is woken. */
  private int plan(Context context, IngestOptions options, IngestRoutes routes)
      throws DeploymentFailed {
    Instance first = Ddl.first(context.deployment());
    String unseen =
        context.deployment().state(first).mayAnswer() ? "" : first.name() + " does not run";
    IngestPlan plan;
    try (Progress progress = context.progress()) {
      progress.step("looking at what is there");
      plan =
          unseen.isEmpty() ? IngestPlan.of(options, routes.control()) : IngestPlan.unseen(options);
    } catch (SQLException e) {
      throw new DeploymentFailed(
          "%s, database %s: %s"
              .formatted(first.name(), routes.database(), PostgresAccess.reason(e)),
          e);
    }
    context.print(new IngestPlanReport(routes.database(), scale, plan, unseen));
    return plan.refusal() == null ? ExitCodes.OK : ExitCodes.REFUSED;
  }
}
