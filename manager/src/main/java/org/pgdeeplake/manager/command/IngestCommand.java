package org.pgdeeplake.manager.command;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = {"Fills a database with generated data.", ""},
    footerHeading = "%nExample:%n",
    footer = {"  manage ingest tpch --scale 1"})
public final class IngestCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  public IngestCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() {
    Objects.requireNonNull(spec).commandLine().usage(invocation.out());
    return ExitCodes.FAILED;
  }
}
