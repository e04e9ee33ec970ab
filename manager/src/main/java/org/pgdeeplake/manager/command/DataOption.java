package org.pgdeeplake.manager.command;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.local.LocalDeployment;
import picocli.CommandLine.Option;

/** {@code --data}, the same in every command of the local deployment. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where PostgreSQL and its data are kept. Default: /var/lib/pg-deeplake for root, else"
              + " pg-deeplake in $$XDG_DATA_HOME or ~/.local/share.")
  private @Nullable Path directory;

  Path directory(Map<String, String> environment) {
    Path chosen = directory != null ? directory : LocalDeployment.defaultDirectory(environment);
    return chosen.toAbsolutePath().normalize();
  }
}
