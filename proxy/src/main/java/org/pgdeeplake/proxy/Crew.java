package org.pgdeeplake.proxy;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.NameLookup;
import org.pgdeeplake.proxy.discovery.NameWatch;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.health.HealthChecker;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One backend that runs, its checks, and the search for its servers where they are the addresses of
 * a name: what is found goes in by the same door as what a reload says. For one thread at a time.
 */
final class Crew implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Crew.class);

  /** As a template's. */
  private static final int MOST_SERVERS = 1000;

  private static final Comparator<InetAddress> IN_ORDER =
      (a, b) -> {
        int lengths = Integer.compare(a.getAddress().length, b.getAddress().length);
        return lengths != 0 ? lengths : Arrays.compareUnsigned(a.getAddress(), b.getAddress());
      };

  private final Backend backend;
  private final HealthChecker checker;
  private final Resolver resolver;
  private final Changes changes;
  private BackendConfig config;
  private @Nullable TlsConnector tls;
  private List<InetAddress> found = List.of();
  private volatile @Nullable Search search;

  /** How what is found comes to the thread that may change things. */
  interface Changes {
    /** Runs {@code change} soon, with no other one and no reload at the same time. Any thread. */
    void soon(Runnable change);

    /** The servers of {@code backend} are others now. */
    void changed(Backend backend);
  }

  /** What is searched for, and who does it. */
  private record Search(HostPort name, NameLookup lookup, NameWatch watch) {
    boolean isFor(BackendConfig config) {
      return name.equals(config.discovery().followed())
          && lookup.equals(config.discovery().lookup());
    }
  }

  /**
   * @param loops on which checks run
   */
  Crew(
      BackendConfig config,
      @Nullable TlsConnector tls,
      EventLoopGroup loops,
      ServerConnector connector,
      Resolver resolver,
      Changes changes) {
    this.config = config;
    this.tls = tls;
    this.resolver = resolver;
    this.changes = changes;
    this.backend = new Backend(config, tls);
    this.checker = new HealthChecker(backend, loops, connector);
    backend.probes().seekWith(this::seek);
  }

  Backend backend() {
    return backend;
  }

  /** Takes over another configuration; to be followed by {@link #start}. */
  void reconfigure(BackendConfig next, @Nullable TlsConnector tls) {
    Search now = search;
    HostPort followed = next.discovery().followed();
    if (now != null && !now.isFor(next)) {
      now.watch().close();
      search = null;
      if (!now.name().equals(followed)) {
        found = List.of();
      }
    }
    this.config = next;
    this.tls = tls;
    backend.reconfigure(withFound(), tls);
  }

  /** Checks what there is, and searches for what there may be. */
  void start() {
    checker.start();
    HostPort followed = config.discovery().followed();
    if (followed != null && search == null) {
      NameLookup lookup = config.discovery().lookup();
      NameWatch watch =
          resolver.watch(
              followed.host(),
              lookup,
              pace(),
              seen -> changes.soon(() -> found(followed, lookup, seen)));
      search = new Search(followed, lookup, watch);
    }
  }

  private NameWatch.Pace pace() {
    return new NameWatch.Pace() {
      @Override
      public boolean awaited() {
        return backend.queued() > 0;
      }

      @Override
      public Duration fastinter() {
        return backend.config().check().fastinter();
      }
    };
  }

  /** Any thread. */
  private void seek() {
    Search now = search;
    if (now != null) {
      now.watch().soon();
    }
  }

  private void found(HostPort followed, NameLookup lookup, List<InetAddress> seen) {
    Search now = search;
    if (now == null || !now.name().equals(followed) || !now.lookup().equals(lookup)) {
      // It was on its way when the configuration changed.
      return;
    }
    if (seen.size() > MOST_SERVERS) {
      log.warn(
          "backend {}: {} has {} addresses, of which the first {} are servers",
          config.name(),
          now.name().host(),
          seen.size(),
          MOST_SERVERS);
    }
    List<InetAddress> before = found;
    found = seen.stream().sorted(IN_ORDER).limit(MOST_SERVERS).toList();
    if (found.equals(before)) {
      return;
    }
    backend.reconfigure(withFound(), tls);
    checker.start();
    log.info(
        "backend {}: {} servers of {}; new: {}, gone: {}",
        config.name(),
        found.size(),
        now.name().host(),
        without(found, before),
        without(before, found));
    changes.changed(backend);
  }

  private static List<String> without(List<InetAddress> all, List<InetAddress> others) {
    List<InetAddress> rest = new ArrayList<>(all);
    rest.removeAll(others);
    return rest.stream().map(InetAddress::getHostAddress).toList();
  }

  private BackendConfig withFound() {
    HostPort followed = config.discovery().followed();
    return followed == null
        ? config
        : config.withServers(
            found.stream()
                .map(address -> config.discovery().server(address, followed.port()))
                .toList());
  }

  /** No more checks, and no more search. */
  @Override
  public void close() {
    Search now = search;
    search = null;
    if (now != null) {
      now.watch().close();
    }
    checker.close();
  }
}
