package org.pgdeeplake.manager.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.credentials.Credentials;
import org.pgdeeplake.manager.credentials.CredentialsReader;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.StartCredentials;
import org.pgdeeplake.manager.settings.Settings;
import org.pgdeeplake.manager.terminal.Terminal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Where new credentials come from: one source for all three values, since a key of today with the
 * session token of yesterday lets nobody in.
 */
final class CredentialsOptions {
  static final String ID = StartCredentials.ID;
  static final String SECRET = StartCredentials.SECRET;
  static final String TOKEN = StartCredentials.TOKEN;
  private static final List<String> NAMES = List.of(ID, SECRET, TOKEN);
  private static final String STANDARD_INPUT = "-";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      // Not "-": picocli makes a name of it in the completion.
      paramLabel = "STDIN",
      description =
          "A -: reads JSON from standard input, what `aws sts assume-role` or `aws configure"
              + " export-credentials` prints, or the value of deeplake.creds.")
  private @Nullable String input;

  @Option(
      names = "--aws-access-key-id",
      paramLabel = "KEY",
      description = "Instead of " + ID + " in .env; with the next one.")
  private @Nullable String accessKeyId;

  @Option(
      names = "--aws-secret-access-key",
      paramLabel = "SECRET",
      description =
          "Instead of "
              + SECRET
              + " in .env. Everybody on this machine can see it in the process list while the"
              + " command runs; with - it is a line of standard input, without the option it is"
              + " asked for.")
  private @Nullable String secretAccessKey;

  @Option(
      names = "--aws-session-token",
      paramLabel = "TOKEN",
      description = "As above; with - it is the next line of standard input.")
  private @Nullable String sessionToken;

  @Option(names = "--ask", description = "Asks for all three at the terminal.")
  private boolean ask;

  /** Credentials and, for people, where they are from. */
  record Given(Credentials credentials, String source) {}

  Given read(Invocation invocation, Settings settings) throws DeploymentFailed {
    boolean options = accessKeyId != null || secretAccessKey != null || sessionToken != null;
    if ((input != null ? 1 : 0) + (options ? 1 : 0) + (ask ? 1 : 0) > 1) {
      throw wrong("-, --ask and the --aws- options exclude each other");
    }
    Terminal terminal = invocation.terminal();
    if (input != null) {
      if (!input.equals(STANDARD_INPUT)) {
        throw wrong("Unmatched argument: the only one is -, for JSON on standard input");
      }
      return new Given(CredentialsReader.read(all(terminal)), "standard input");
    }
    if (options) {
      return new Given(ofOptions(invocation), "options");
    }
    boolean none = settings.first(ID, SECRET).isEmpty();
    if (ask || (none && terminal.in())) {
      return new Given(asked(terminal), "terminal");
    }
    return ofSettings(settings, invocation.environment());
  }

  private Credentials ofOptions(Invocation invocation) throws DeploymentFailed {
    if (accessKeyId == null) {
      throw wrong("--aws-access-key-id is missing: the three are not completed from .env");
    }
    List<String> values = new ArrayList<>();
    values.add(accessKeyId);
    values.add(
        secretAccessKey != null
            ? secretAccessKey
            : invocation
                .terminal()
                .askSecret(SECRET, "use --aws-secret-access-key - and standard input"));
    values.add(sessionToken == null ? "" : sessionToken);
    if (isShown(secretAccessKey) || isShown(sessionToken)) {
      invocation
          .err()
          .println(
              "warning: secrets on a command line are in the process list and the shell's history;"
                  + " .env, - (standard input) and --ask keep them out of it");
    }
    if (values.contains(STANDARD_INPUT)) {
      replaceFromLines(values, all(invocation.terminal()));
    }
    return Credentials.of(values.get(0), values.get(1), values.get(2));
  }

  private static boolean isShown(@Nullable String value) {
    return value != null && !value.equals(STANDARD_INPUT) && !value.isEmpty();
  }

  private static void replaceFromLines(List<String> values, String text) throws Refused {
    long wanted = values.stream().filter(STANDARD_INPUT::equals).count();
    List<String> lines = text.lines().toList();
    if (lines.size() != wanted) {
      throw new Refused(
          "standard input has %d line(s), but %d option(s) say -: one line each, in the order id, secret, token"
              .formatted(lines.size(), wanted));
    }
    Iterator<String> next = lines.iterator();
    values.replaceAll(value -> value.equals(STANDARD_INPUT) ? next.next() : value);
  }

  private static Credentials asked(Terminal terminal) throws Refused {
    String instead = "put it into .env, or use - and standard input";
    return Credentials.of(
        terminal.askSecret(ID, instead),
        terminal.askSecret(SECRET, instead),
        terminal.askSecret(TOKEN + " (empty for none)", instead));
  }

  private static Given ofSettings(Settings settings, Map<String, String> environment)
      throws Refused {
    for (String name : List.of(ID, SECRET)) {
      if (settings.get(name).isEmpty()) {
        throw new Refused(
            name
                + " is not set: write it into "
                + settings.project().resolve(".env")
                + ", or give JSON on standard input with -");
      }
    }
    List<String> set = NAMES.stream().filter(name -> settings.get(name).isPresent()).toList();
    List<String> outside =
        set.stream().filter(name -> !environment.getOrDefault(name, "").isEmpty()).toList();
    if (!outside.isEmpty() && outside.size() < set.size()) {
      throw new Refused(
          "%s would come from the environment and the rest from .env, which do not belong together: unset what is old"
              .formatted(String.join(" and ", outside)));
    }
    return new Given(
        Credentials.of(
            settings.get(ID, ""), settings.get(SECRET, ""), settings.get(TOKEN).orElse(null)),
        outside.isEmpty() ? ".env" : "the environment, which wins over .env");
  }

  private static String all(Terminal terminal) throws DeploymentFailed {
    try {
      return terminal.readAll();
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read standard input: " + e.getMessage(), e);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
