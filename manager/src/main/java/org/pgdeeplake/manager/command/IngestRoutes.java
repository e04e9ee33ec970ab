package org.pgdeeplake.manager.command;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.ddl.Ddl;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.ingest.Connections;
import org.pgdeeplake.manager.ingest.IngestTarget;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How an ingest reaches the database.
 *
 * @param host of the proxy, for its clients; null: what the settings say
 * @param port likewise
 * @param direct past the proxy
 */
record IngestRoutes(
    Context context,
    String database,
    @Nullable String host,
    @Nullable Integer port,
    boolean direct,
    CommandSpec command) {
  private static final String APPLICATION = PostgresAccess.APPLICATION + " ingest";

  /** The longest without an answer: a chunk is loaded in seconds, one is looked for in minutes. */
  private static final Duration SILENCE = Duration.ofMinutes(30);

  /** Longer than the proxy's timeouts.queue lets it wait. */
  private static final Duration PATIENCE = Duration.ofSeconds(130);

  /** Where the records are: on the first instance, whoever else takes the rows. */
  Connections control() throws DeploymentFailed {
    PostgresAccess access = context.postgres();
    Instance first = Ddl.first(context.deployment());
    return () -> access.open(first, database, APPLICATION, SILENCE);
  }

  IngestTarget target(Ddl ddl) throws DeploymentFailed {
    Connections control = control();
    return new IngestTarget(database, control, direct ? control : throughProxy(), ddl::run);
  }

  private Connections throughProxy() throws DeploymentFailed {
    PostgresAccess access = context.postgres();
    Optional<URI> way = host == null && port == null ? context.proxyClients() : Optional.empty();
    String name =
        way.isPresent()
            ? way.get().getHost()
            : host != null ? host : context.settings().get("PROXY_HOST", context.proxy().getHost());
    int number =
        way.isPresent()
            ? way.get().getPort()
            : port != null ? port : StatusCommand.portOf(context.settings(), command);
    return () -> access.openWaiting(name, number, database, APPLICATION, SILENCE, PATIENCE);
  }
}
