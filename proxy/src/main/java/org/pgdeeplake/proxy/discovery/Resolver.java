package org.pgdeeplake.proxy.discovery;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.NameLookup;
import org.pgdeeplake.proxy.net.Transport;

/**
 * Host names to addresses without blocking an event loop. Good answers do for as long as their
 * records say, and longer while nobody answers; failures are remembered never: a name that has just
 * come to exist must be found at the next try. Any thread.
 */
public final class Resolver implements AutoCloseable {
  /** More names than a configuration has: those of earlier ones are forgotten. */
  private static final int MANY = 2000;

  private final Transport transport;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final LookupFigures figures = new LookupFigures();
  private final LongAdder failures = new LongAdder();
  private final Map<Key, Name> names = new ConcurrentHashMap<>();

  /** The system's is that of null. Confined to the loop. */
  private final Map<@Nullable HostPort, NameServer> servers = new HashMap<>();

  private volatile BiConsumer<String, NameLookup> mover = (host, lookup) -> {};

  private record Key(String host, @Nullable HostPort nameserver) {}

  public Resolver(Transport transport) {
    this.transport = transport;
    // Its own: names are the business of every loop, and one question serves them all.
    this.group = transport.loops("dns", 1);
    this.loop = group.next();
  }

  /** As the system does it; see the other one. */
  public Future<InetSocketAddress> resolve(HostPort address, EventLoop loop) {
    return resolve(address, NameLookup.SYSTEM, null, loop);
  }

  /**
   * One address of a name. Where nobody answers, it is the last that was known.
   *
   * @param maxAge of the answer, where somebody waits for a server; null: as its records say
   * @return completes on {@code loop}; fails with {@link UnknownHostException}
   */
  public Future<InetSocketAddress> resolve(
      HostPort address, NameLookup lookup, @Nullable Duration maxAge, EventLoop loop) {
    Promise<InetSocketAddress> promise = loop.newPromise();
    ask(
        address,
        lookup,
        maxAge,
        true,
        loop,
        promise,
        found -> new InetSocketAddress(found.getFirst(), address.port()));
    return promise.addListener(resolved -> {
      if (!resolved.isSuccess()) {
        failures.increment();
      }
    });
  }

  /**
   * Every address of a name as it is now: asked for anew, whatever was answered before. An empty
   * list where the name does not exist or has no address; where nobody answers within 5 s, the last
   * that was known, and without any it fails with {@link UnknownHostException}. Completes on {@code
   * loop}.
   */
  public Future<List<InetSocketAddress>> resolveAll(HostPort address, EventLoop loop) {
    Promise<List<InetSocketAddress>> promise = loop.newPromise();
    ask(
        address,
        NameLookup.SYSTEM,
        Duration.ZERO,
        false,
        loop,
        promise,
        found -> found.stream().map(one -> new InetSocketAddress(one, address.port())).toList());
    return promise;
  }

  private interface Shape<T> {
    T of(List<InetAddress> found);
  }

  private <T> void ask(
      HostPort address,
      NameLookup lookup,
      @Nullable Duration maxAge,
      boolean any,
      EventLoop caller,
      Promise<T> promise,
      Shape<T> shape) {
    String host = address.host();
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      try {
        promise.setSuccess(shape.of(List.of(InetAddress.ofLiteral(host))));
      } catch (IllegalArgumentException e) {
        promise.setFailure(new UnknownHostException(e.getMessage()));
      }
      return;
    }
    run(
        () ->
            name(host, lookup)
                .ask(
                    lookup.interval(),
                    maxAge,
                    any,
                    known -> {
                      if (caller.isShuttingDown()) {
                        return;
                      }
                      if (known.addresses().isEmpty() && (any || known.silence() != null)) {
                        promise.setFailure(new UnknownHostException(reason(host, known)));
                      } else {
                        promise.setSuccess(shape.of(known.addresses()));
                      }
                    }),
        () -> promise.setFailure(new UnknownHostException("names are resolved no more")));
  }

  private static String reason(String host, Name.Known known) {
    return known.silence() == null ? host + " has no address" : host + ": " + known.silence();
  }

  /** Nobody was found at that address: its name is asked for again at the next use. */
  public void doubt(HostPort address, NameLookup lookup) {
    run(
        () -> {
          Name name = names.get(new Key(address.host(), lookup.nameserver()));
          if (name != null) {
            name.doubt();
          }
        },
        () -> {});
  }

  /**
   * Follows all addresses of a name until it is closed.
   *
   * @param changed gets them when they have become others, also the first; on a loop of the
   *     resolver's, so it must hand them over
   */
  public NameWatch watch(
      String host, NameLookup lookup, NameWatch.Pace pace, Consumer<List<InetAddress>> changed) {
    NameWatch watch =
        new NameWatch(
            loop,
            (maxAge, told) -> name(host, lookup).ask(lookup.interval(), maxAge, false, told),
            pace,
            changed);
    run(watch::begin, () -> {});
    return watch;
  }

  /**
   * Tells, on a loop of the resolver's, that a name is somewhere else now.
   *
   * @param mover gets the name and how it was resolved
   */
  public void tellMoves(BiConsumer<String, NameLookup> mover) {
    this.mover = mover;
  }

  /** On the loop. */
  private Name name(String host, NameLookup lookup) {
    Key key = new Key(host, lookup.nameserver());
    Name known = names.get(key);
    if (known != null) {
      return known;
    }
    if (names.size() >= MANY) {
      names.values().removeIf(name -> !name.useful());
    }
    NameServer server = servers.get(lookup.nameserver());
    if (server == null) {
      server = new NameServer(lookup.nameserver(), transport, loop, figures);
      servers.put(lookup.nameserver(), server);
    }
    Name name = new Name(host, server, loop, figures, () -> mover.accept(host, lookup));
    names.put(key, name);
    return name;
  }

  private void run(Runnable task, Runnable tooLate) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException _) {
      tooLate.run();
    }
  }

  /** Names that could not be resolved since the start. */
  public long failures() {
    return failures.sum();
  }

  public LookupFigures figures() {
    return figures;
  }

  /** Seconds since its last good answer for each name that is asked for and has had one. */
  public Map<String, Double> ages() {
    Map<String, Double> ages = new TreeMap<>();
    names.forEach((key, name) -> {
      double age = name.secondsSinceGood();
      if (age >= 0) {
        ages.merge(key.host(), age, Math::max);
      }
    });
    return ages;
  }

  /** Blocks for a moment. Who still waits for an answer gets none. */
  @Override
  public void close() {
    run(() -> servers.values().forEach(NameServer::close), () -> {});
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
