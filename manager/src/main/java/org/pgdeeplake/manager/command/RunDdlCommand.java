package org.pgdeeplake.manager.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheFlush;
import org.pgdeeplake.manager.ddl.Ddl;
import org.pgdeeplake.manager.ddl.DdlListener;
import org.pgdeeplake.manager.ddl.DdlOutcome;
import org.pgdeeplake.manager.ddl.DdlRequest;
import org.pgdeeplake.manager.ddl.DdlStop;
import org.pgdeeplake.manager.ddl.Shortcomings;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run-ddl",
    mixinStandardHelpOptions = true,
    description = {
      "Runs one statement of DDL on the first instance, waits until the others show it, and"
          + " flushes the cache.",
      "",
      "pg_deeplake's catalog in S3 does not stand two at once, so a lock on the first instance lets"
          + " one manager in; a statement whose manager was killed counts until the server has"
          + " ended it, which it does within seconds. The statement itself may take as long as it"
          + " takes. Ctrl-C cancels it on the server and ends with 1; if it is done already, only"
          + " the waiting ends, with 5.",
      "",
      "5 means that it is done, but is not visible everywhere, or the cache could not be flushed,"
          + " or one of several statements failed, or the connection ended and nobody knows whether"
          + " it is done: standard error says which. An instance that does not run is not waited"
          + " for.",
      "",
      "JSON: statement, statements, done, failure, outcome_known, database, instance, took_ms, warnings;"
          + " propagated, for each other instance: instance, visible (null: does not run), took_ms"
          + " or missing; not_awaited (why nobody looked, or null); cache_flushed (keys, or null),"
          + " cache_failure.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage run-ddl \"CREATE TABLE t (id int, v text) USING deeplake\" -d tpch",
      "  manage run-ddl --file schema.sql --force --wait 10m",
      "  echo 'ANALYZE t' | manage run-ddl -"
    })
public final class RunDdlCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "SQL",
      description = "The statement; - reads it from standard input; after -- it may begin with --.")
  private @Nullable String sql;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The statement is in this file, in UTF-8.")
  private @Nullable Path file;

  @Option(
      names = {"-d", "--database"},
      paramLabel = "DB",
      description = "Default: $$POSTGRES_DB, or the superuser's.")
  private @Nullable String database;

  @Option(
      names = "--force",
      description =
          "Whatever the guard says; several statements are run one after another, each in a"
              + " transaction of its own.")
  private boolean force;

  @Option(
      names = "--wait",
      arity = "0..1",
      paramLabel = "TIME",
      parameterConsumer = LockWait.class,
      description = "If another manager runs DDL: for so long, or without a limit.")
  private @Nullable Duration wait;

  @Option(
      names = "--propagation-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Until the other instances show it. Default: 60s.")
  private Duration propagation = DdlRequest.PROPAGATION;

  @Option(names = "--no-wait", description = "Do not look at the other instances.")
  private boolean noWait;

  @Option(names = "--dry-run", description = "Tell what the guard says and what would be done.")
  private boolean dryRun;

  public RunDdlCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    if ((sql == null) == (file == null)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Give either SQL or --file");
    }
    String text = text();
    try (Context context = common.open(invocation)) {
      DdlRequest request =
          new DdlRequest(
              text,
              database != null ? database : context.settings().postgresDatabase(),
              force,
              wait,
              noWait ? null : propagation);
      if (dryRun) {
        DdlPlan plan = DdlPlan.of(request, context.deployment());
        context.print(plan);
        return plan.refusal() == null || plan.forced() ? ExitCodes.OK : ExitCodes.REFUSED;
      }
      Ddl.admit(request);
      DdlOutcome outcome = run(context, request);
      context.print(new DdlReport(outcome));
      List<String> left = Shortcomings.of(outcome);
      left.forEach(context.err()::println);
      return outcome.complete() ? ExitCodes.OK : ExitCodes.PARTLY;
    }
  }

  private String text() throws DeploymentFailed {
    try {
      if (file != null) {
        return Files.readString(file);
      }
      return "-".equals(sql) ? invocation.terminal().readAll() : Objects.requireNonNull(sql);
    } catch (CharacterCodingException e) {
      throw new DeploymentFailed(file + " is not UTF-8", e);
    } catch (NoSuchFileException e) {
      throw new DeploymentFailed("there is no file " + file, e);
    } catch (IOException e) {
      String reason =
          file != null && Files.isDirectory(file) ? "it is a directory" : e.getMessage();
      throw new DeploymentFailed(
          "cannot read %s: %s".formatted(file != null ? file : "standard input", reason), e);
    }
  }

  private DdlOutcome run(Context context, DdlRequest request) throws Exception {
    CacheFlush cache = context.cacheFlush();
    DdlStop stop = new DdlStop();
    Termination termination = invocation.termination();
    termination.catchSignals();
    termination.onRequest(stop::request);
    try (Progress progress = context.progress()) {
      DdlListener listener = new DdlTelling(progress);
      return new Ddl(context.deployment(), context.postgres(), cache, listener, stop).run(request);
    }
  }
}
