package org.pgdeeplake.manager.command;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.Backend;
import org.pgdeeplake.manager.proxy.Paused;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.terminal.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What pause and resume have in common. */
abstract class BackendOrder extends ProxyTask {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "BACKEND", arity = "0..1", description = "Default: the only one.")
  private @Nullable String backend;

  @Option(names = "--dry-run", description = "Only tell how the backend stands.")
  private boolean dryRun;

  BackendOrder(Invocation invocation) {
    super(invocation);
  }

  abstract Answer<Paused> order(ProxyAdmin proxy, String backend)
      throws ProxyFailed, InterruptedException;

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    String name = backend == null ? only(proxy.backends().value()) : backend;
    if (dryRun) {
      Backend now = proxy.backend(name).value();
      print(
          context,
          new Answer<>(
              new Paused(now.name(), now.paused(), now.queue().waiting()),
              dry(
                  Json.object()
                      .put("backend", now.name())
                      .put("paused", now.paused())
                      .put("waiting", now.queue().waiting()))));
    } else {
      print(context, order(proxy, name));
    }
    return ExitCodes.OK;
  }

  private String only(List<Backend> backends) {
    if (backends.size() == 1) {
      return backends.getFirst().name();
    }
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Which backend? There are "
            + backends.stream().map(Backend::name).collect(Collectors.joining(", ")));
  }

  private static void print(Context context, Answer<Paused> answer) {
    Paused state = answer.value();
    context.print(
        new JsonReport(
            answer.json(),
            text ->
                text.line(
                    "%s: %s, %d waiting"
                        .formatted(
                            state.backend(),
                            state.paused() ? "paused" : "not paused",
                            state.waiting()))));
  }
}
