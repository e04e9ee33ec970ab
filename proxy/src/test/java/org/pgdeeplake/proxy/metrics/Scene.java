package org.pgdeeplake.proxy.metrics;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.support.BackendSettings;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/** One frontend, one backend with two servers, and the demand: the real ones, without sockets. */
public final class Scene implements AutoCloseable {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  public final FrontendConfig frontend =
      new FrontendConfig(
          "pg_frontend",
          new HostPort("127.0.0.1", 0),
          "pg_backends",
          Mode.POSTGRES,
          1000,
          0,
          0,
          List.of(),
          new FrontendTls(
              FrontendTls.Mode.PASSTHROUGH,
              false,
              List.of(),
              null,
              FrontendTls.ClientCertificate.OPTIONAL,
              "TLSv1.2",
              List.of()),
          new FrontendConfig.Timeouts(
              Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofHours(1), Duration.ZERO));

  public final FrontendTraffic traffic = new FrontendTraffic();

  public final Backend backend;

  public Scene() {
    this("pg_backends");
  }

  /**
   * @param name of the backend
   */
  public Scene(String name) {
    backend =
        new Backend(
            new BackendSettings()
                .name(name)
                .servers(
                    BackendSettings.server("pg-deeplake-1", 5441, 0),
                    new ServerConfig("pg-deeplake-2", new HostPort("::1", 5442), 40, false))
                .config());
  }

  public final Demand demand =
      new Demand(new DemandConfig(Duration.ofMinutes(5), Duration.ofSeconds(30)), timer);

  /** Every lease that was handed out. */
  public final List<Lease> leases = new CopyOnWriteArrayList<>();

  public Server server(int number) {
    return backend.servers().get(number - 1);
  }

  public void up(int server) {
    checked(server, Status.L7OK, "PostgreSQL server is ok");
  }

  public void checked(int server, Status status, String info) {
    Server of = server(server);
    backend.findings().checked(of, new CheckResult(status, info, 3_000_000), of.era());
  }

  /** A session gets in line for a server. */
  public void enter() {
    Waiter waiter =
        new Waiter() {
          @Override
          public void assigned(Lease lease) {
            leases.add(lease);
          }

          @Override
          public void serverDown(Lease lease) {
            lease.close();
          }
        };
    var _ = backend.enter(backend.ticket(waiter, InetAddress.getLoopbackAddress(), true));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
