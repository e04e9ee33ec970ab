package org.pgdeeplake.manager.command;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.credentials.Afterwards;
import org.pgdeeplake.manager.credentials.Credentials;
import org.pgdeeplake.manager.credentials.Held;
import org.pgdeeplake.manager.credentials.Rotation;
import org.pgdeeplake.manager.credentials.RotationResult;
import org.pgdeeplake.manager.credentials.RotationResult.Ending;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.StartCredentials;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "rotate-creds",
    mixinStandardHelpOptions = true,
    description = {
      "Gives all instances new AWS credentials without a restart, or none of them.",
      "",
      "First every instance gets the new file aside, on tmpfs, and is verified; then all switch and"
          + " each is asked for what it has. If one fails, all are taken back. Sessions that are"
          + " there get the new credentials, too, unless they SET their own. For that moment the"
          + " instances log FATAL messages only, since PostgreSQL logs new values of parameters.",
      "",
      "An instance that starts later takes what its environment says, so keep .env up to date. On"
          + " kubernetes that is the Secret that the pods' template names: it changes with the"
          + " instances, and goes back with them.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage rotate-creds                             # of .env",
      "  aws sts assume-role … | manage rotate-creds -   # JSON on standard input",
      "  manage rotate-creds --aws-access-key-id AKIA… --aws-secret-access-key - < secret",
      "  manage rotate-creds --deployment kubernetes -n deeplake --skip-stopped",
      "  manage rotate-creds --check                     # do all have the same?"
    })
public final class RotateCredsCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Mixin private CredentialsOptions credentials = new CredentialsOptions();

  @Option(
      names = "--skip-stopped",
      description =
          "Leaves out instances that do not run, as when scaled to zero. Without it one of them"
              + " makes the whole fail, with nothing changed.")
  private boolean skipStopped;

  @Option(
      names = "--skip-secret",
      description =
          "kubernetes only: leaves the Secret that pods start from as it is, as where another"
              + " program keeps it.")
  private boolean skipSecret;

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  private boolean dryRun;

  @Option(
      names = "--check",
      description =
          "Only tell whether all instances have the same, by SHA-256 hashes that they compute, and"
              + " whether a rotation that was cut off left a log silent: 0 if all is well, else 1."
              + " With --skip-stopped, of those that run.")
  private boolean check;

  public RotateCredsCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    if (check && dryRun) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--check changes nothing anyway");
    }
    try (Context context = common.open(invocation)) {
      return check ? check(context) : rotate(context);
    }
  }

  private int check(Context context) throws Exception {
    PostgresAccess access = context.postgres();
    List<Answer<Held>> answers;
    try (Progress progress = context.progress()) {
      progress.step("asking the instances");
      answers = Held.ofAll(context.deployment(), access, context.timeout());
    }
    FingerprintReport report = FingerprintReport.of(context.deployment(), answers, skipStopped);
    context.print(report);
    return report.same() && !report.silent() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private int rotate(Context context) throws Exception {
    PostgresAccess access = context.postgres();
    CredentialsOptions.Given given = credentials.read(invocation, context.settings());
    Optional<StartCredentials> start =
        skipSecret ? Optional.empty() : context.deployment().startCredentials();
    // From here on Ctrl-C means: take back what was done, then end.
    invocation.termination().catchSignals();
    RotationResult result;
    String afterwards = "";
    boolean flushed = true;
    try (Progress progress = context.progress();
        Rotation rotation =
            new Rotation(
                context.deployment(),
                start,
                access,
                progress::step,
                invocation.termination()::requested)) {
      result =
          dryRun
              ? rotation.examine(given.credentials(), skipStopped)
              : rotate(rotation, given.credentials());
      if (isRotated(result)) {
        try {
          afterwards = afterwards(context).run();
        } catch (DeploymentFailed e) {
          afterwards = "the instances are done, but afterwards: " + e.getMessage();
          flushed = false;
        }
      }
    }
    context.print(
        new RotationReport(
            context.kind(),
            start.isPresent(),
            result,
            given.source(),
            given.credentials().maskedId(),
            afterwards));
    return code(result.ending(), flushed);
  }

  private RotationResult rotate(Rotation rotation, Credentials values)
      throws DeploymentFailed, InterruptedException {
    return rotation.rotate(values, skipStopped);
  }

  private static boolean isRotated(RotationResult result) {
    return result.ending() == Ending.ROTATED || result.ending() == Ending.ROTATED_WITH_PROBLEMS;
  }

  private static int code(Ending ending, boolean flushed) {
    return switch (ending) {
      case WOULD_ROTATE -> ExitCodes.OK;
      case ROTATED -> flushed ? ExitCodes.OK : ExitCodes.PARTLY;
      case ROTATED_WITH_PROBLEMS, INCONSISTENT -> ExitCodes.PARTLY;
      case NOTHING_CHANGED, ROLLED_BACK -> ExitCodes.FAILED;
    };
  }

  /** Results of queries that failed for want of credentials may be in the cache. */
  private static Afterwards afterwards(Context context) {
    return () -> {
      OptionalLong keys = context.cacheFlush().flush();
      return keys.isEmpty() ? "" : keys.getAsLong() + " keys of the cache flushed";
    };
  }
}
