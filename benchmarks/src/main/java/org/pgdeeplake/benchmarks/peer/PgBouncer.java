package org.pgdeeplake.benchmarks.peer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.Programs;
import org.pgdeeplake.benchmarks.process.ServiceUser;

/** PgBouncer in session mode. It keeps servers' sessions and gives them to the next client. */
public record PgBouncer() implements Peer {
  @Override
  public String name() {
    return "pgbouncer";
  }

  @Override
  public Optional<String> missing() {
    return Programs.find("pgbouncer").isPresent()
        ? Optional.empty()
        : Optional.of("pgbouncer is not installed");
  }

  @Override
  public String version() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(Programs.require("pgbouncer").toString(), "--version"))
        .lines()
        .findFirst()
        .orElse("");
  }

  @Override
  public String settings() {
    return "pool_mode = session, one thread, no log of connections";
  }

  /** Not of raw sessions: it answers startups itself. */
  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.PROCESS);
  }

  @Override
  public RunningPeer start(Setup setup) throws BenchFailed, InterruptedException {
    int port = Ports.free();
    var file =
        Launch.write(
            setup,
            "pgbouncer.ini",
            """
            [databases]
            * = host=127.0.0.1 port=%1$d user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %2$d
            unix_socket_dir =
            auth_type = any
            pool_mode = session
            max_client_conn = %3$d
            default_pool_size = 1000
            server_connect_timeout = 10
            query_wait_timeout = 120
            log_connections = 0
            log_disconnections = 0
            listen_backlog = 4096
            """
                .formatted(setup.serverPort(), port, Setup.SESSIONS));
    ServiceUser user = ServiceUser.choose();
    user.give(setup.directory());
    String program = Programs.require("pgbouncer").toString();
    return Launch.start(this, setup, port, user.command(program, "-q", file.toString()));
  }
}
