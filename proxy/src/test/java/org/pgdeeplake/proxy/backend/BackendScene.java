package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend.Admission;
import org.pgdeeplake.proxy.support.BackendSettings;

/** A real backend without sockets: the test states the results of checks and plays the sessions. */
final class BackendScene {
  static final CheckResult GOOD = new CheckResult(CheckResult.Status.L7OK, "", 0);
  static final CheckResult BAD = new CheckResult(CheckResult.Status.L4CON, "", 0);
  static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

  final Backend backend;

  /** Servers of which a check was asked for. */
  final List<Server> asked = new CopyOnWriteArrayList<>();

  BackendScene(int servers) {
    this(new BackendSettings().servers(servers, 0));
  }

  BackendScene(int servers, int releaseConcurrency) {
    this(new BackendSettings().servers(servers, 0).queue(100, 0, releaseConcurrency));
  }

  BackendScene(BackendSettings settings) {
    backend = new Backend(settings.config());
    backend.probes().with(asked::add);
  }

  /** All of its servers pass a check. */
  BackendScene up() {
    backend.servers().forEach(server -> checked(backend, server, GOOD));
    return this;
  }

  Server server(int number) {
    return backend.servers().get(number - 1);
  }

  void check(int server, CheckResult result) {
    checked(backend, server(server), result);
  }

  /** A check that began in the server's present era has come to this. */
  static void checked(Backend backend, Server server, CheckResult result) {
    backend.findings().checked(server, result, server.era());
  }

  void administer(int server, AdministrativeState wanted) {
    backend.administration().administer(server(server), wanted);
  }

  /** One more session that wants a server. */
  Client enter() {
    Client client = new Client();
    client.ask();
    return client;
  }

  /** One more of that address, which may be refused. */
  Admission enter(InetAddress address) {
    return backend.enter(backend.ticket(new Client(), address, true));
  }

  final class Client implements Waiter {
    private @Nullable Ticket ticket;
    private final List<Lease> leases = new ArrayList<>();
    final List<Lease> evicted = new ArrayList<>();

    /** How often it heard that its server is down. */
    int told;

    /** Those whose server was marked down. */
    final List<Lease> doomed = new ArrayList<>();

    @Override
    public void assigned(Lease lease) {
      leases.add(lease);
    }

    @Override
    public void serverDown(Lease lease) {
      told++;
      doomed.add(lease);
    }

    @Override
    public void evicted(Lease lease) {
      evicted.add(lease);
    }

    private void ask() {
      if (ticket == null) {
        ticket = backend.ticket(this, CLIENT, true);
      }
      assertThat(backend.enter(ticket)).isEqualTo(Admission.WAITING);
    }

    /** Leaves its server and asks for another. */
    void askAgain() {
      leases.removeLast().exchange();
      ask();
    }

    /** Its server fails it, and it asks for another. */
    Admission fail(Failure.Kind kind) {
      Lease lease = leases.removeLast();
      lease.failed(new Failure(kind, "test"));
      Ticket ticket = Objects.requireNonNull(this.ticket);
      backend.attemptFailed(ticket, lease.server());
      return backend.enter(ticket);
    }

    void leave() {
      backend.leave(Objects.requireNonNull(ticket));
    }

    boolean served() {
      return !leases.isEmpty();
    }

    Lease lease() {
      return leases.getLast();
    }
  }
}
