package org.pgdeeplake.proxy.peers;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.PeerFacts;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.Replicas;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.postgres.CancelKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other proxies in front of the same servers. Without any it does nothing but look at each beat
 * whether the configuration has some by now. Any thread, but where it says otherwise.
 */
public final class Peers implements Replicas, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Peers.class);

  /** Until the others must have answered for this one to be ready. */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private final EventLoop loop;
  private final Operations operations;
  private final Members members = new Members();
  private final Wishes wishes;
  private final OwnState own;
  private final PeerDoor door;
  private final PeerHttp http;
  private final CancelHere cancelHere;
  private final PeerLinks links;
  private final Vacancies vacancies;
  private final LongAdder asked = new LongAdder();
  private final long startNanos = System.nanoTime();
  private volatile boolean settled;
  private volatile boolean closed;

  /**
   * @param loop on which it lives: that of the admin port
   */
  public Peers(
      Transport transport,
      EventLoop loop,
      Resolver resolver,
      Operations operations,
      CancelKeys cancelKeys,
      ServerConnector connector) {
    ReplicaName self = ReplicaName.ofProcess();
    String id = self.id();
    this.loop = loop;
    this.operations = operations;
    this.wishes =
        new Wishes(
            id, () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), members::sessions);
    this.vacancies = new Vacancies(server -> members.empty(server, wishes.of(server)));
    this.own = new OwnState(id, self.name(), loop, operations, wishes);
    this.door = new PeerDoor(this::config, () -> Instant.now().getEpochSecond());
    this.http = new PeerHttp(transport, loop, () -> Instant.now().getEpochSecond());
    this.cancelHere = new CancelHere(id, cancelKeys, connector, loop);
    this.links =
        new PeerLinks(resolver, loop, at -> new PeerLink(at, self.nextLink(), http, new Heard()));
  }

  /** Once, when there is a configuration that runs. */
  public void start() {
    operations.demand().others(members::load);
    operations.demand().onOwnChange(own::changed);
    loop.execute(this::beat);
  }

  private PeersConfig config() {
    return operations.topology().config().peers();
  }

  private void beat() {
    if (closed) {
      return;
    }
    Duration next = Duration.ofSeconds(1);
    try {
      PeersConfig config = config();
      next = config.interval();
      exchange(config);
    } catch (RuntimeException e) {
      log.error("peers: this beat is lost", e);
    }
    var _ = loop.schedule(this::beat, next.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void exchange(PeersConfig config) {
    ProxyConfig all = operations.topology().config();
    Secret secret = config.secret();
    if (!config.on() || secret == null) {
      if (!links.all().isEmpty() || !members.now().isEmpty()) {
        links.close();
        members.clear();
        changed(Members.Change.DEMAND);
      }
      settled = true;
      return;
    }
    wishes.retain(
        operations.topology().places().stream().map(ServerName::of).collect(Collectors.toSet()));
    for (Topology.Place place : operations.topology().places()) {
      if (wishes.ended(place)) {
        own.changed();
      }
    }
    own.publish();
    int port = all.admin().bind().port();
    links.beat(config, port, new Signature(secret), members);
    changed(members.expire(config.ttl(), System.nanoTime()));
    settled =
        settled || links.tried(config, port) || System.nanoTime() - startNanos > SETTLING.toNanos();
  }

  /** What comes in on the links. */
  private final class Heard implements PeerLink.Listener {
    @Override
    public PeerLink.Status heard(PeerLink link, PeerState state) {
      if (state.id().equals(own.id())) {
        return PeerLink.Status.SELF;
      }
      Member known = members.of(state.id());
      if (known != null && known.up() && !known.at().equals(link.address())) {
        return PeerLink.Status.ALIAS;
      }
      Members.Change change = members.heard(state, link.address(), System.nanoTime());
      adopt(state);
      changed(change);
      return PeerLink.Status.LIVE;
    }

    @Override
    public void lost(PeerLink link, String why) {
      if (!closed) {
        members.lost(link.id(), why, config().ttl());
      }
    }
  }

  /** What operators have told that one holds here, too. */
  private void adopt(PeerState state) {
    boolean news = false;
    for (Topology.Place place : operations.topology().places()) {
      Wish wish = state.wishes().get(ServerName.of(place));
      if (wish != null && wishes.adopt(place, wish)) {
        news = true;
        log.info("peer {}: server {} is to be {}", state.name(), place.name(), wish.state().word());
      }
    }
    if (news) {
      own.changed();
    }
  }

  private void changed(Members.Change change) {
    if (change == Members.Change.DEMAND) {
      operations.demand().othersChanged();
    }
    vacancies.look();
  }

  @Override
  public void administered(Topology.Place place, AdministrativeState wanted, boolean untilDown) {
    wishes.say(place, wanted, untilDown);
    own.changed();
  }

  @Override
  public CompletableFuture<Boolean> awaitEmpty(Topology.Place place) {
    return vacancies.whenVacant(ServerName.of(place));
  }

  @Override
  public int sessions(Topology.Place place) {
    return members.sessions(ServerName.of(place));
  }

  /** Asks the others to cancel; completes with whether one knew the key, after half a second. */
  public CompletableFuture<Boolean> cancelElsewhere(CancelKey key) {
    Secret secret = config().secret();
    List<Member> up = members.now().stream().filter(Member::up).toList();
    if (secret == null || up.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    asked.increment();
    CompletableFuture<Boolean> known = new CompletableFuture<>();
    try {
      loop.execute(() -> {
        CompletableFuture<Boolean> ask = CancelAsk.begin(http, new Signature(secret), up, key);
        var _ = ask.whenComplete((yes, problem) -> known.complete(problem == null && yes));
        var _ = known.whenComplete((yes, problem) -> ask.cancel(false));
      });
    } catch (RejectedExecutionException ending) {
      known.complete(false);
    }
    return known;
  }

  /** Another one asks the same; on the loop. */
  public CompletableFuture<Boolean> cancelHere(String body) {
    return cancelHere.cancel(body);
  }

  public PeerDoor door() {
    return door;
  }

  /**
   * The lines that another one reads, on the loop.
   *
   * @param nonce of its request
   */
  public PeerLines lines(String nonce) {
    Secret secret = Objects.requireNonNull(config().secret(), "the door let somebody in");
    return new PeerLines(own, new Signature(secret), nonce);
  }

  /** In the order of their names. */
  public List<SeenPeer> seen() {
    long now = System.nanoTime();
    return members.now().stream()
        .map(one -> SeenPeer.of(one, now))
        .sorted(Comparator.comparing(SeenPeer::name).thenComparing(SeenPeer::instance))
        .toList();
  }

  public boolean on() {
    return config().on();
  }

  public String instance() {
    return own.id();
  }

  public String name() {
    return own.name();
  }

  /** Whether it knows what the others know, or has waited for them for long enough. */
  public boolean settled() {
    return settled;
  }

  public PeerFacts facts() {
    List<Member> now = members.now();
    long nanos = System.nanoTime();
    int up = (int) now.stream().filter(Member::up).count();
    Map<String, Double> ages = new TreeMap<>();
    // Two of one name, as after a restart: the younger word.
    now.forEach(one -> ages.merge(one.last().name(), one.ageSeconds(nanos), Math::min));
    return new PeerFacts(
        up, now.size() - up, ages, door.refused(), members.forgotten(), asked.sum());
  }

  /** Listens to nobody any more. Others hear of it through the streams that they read. */
  @Override
  public void close() {
    closed = true;
    if (loop.isShuttingDown()) {
      return;
    }
    loop.execute(() -> {
      links.close();
      vacancies.giveUp();
    });
  }
}
