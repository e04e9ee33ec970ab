package org.pgdeeplake.proxy.peers;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the peers' names to a link with each of their addresses. A name that cannot be resolved has
 * the addresses that it had; a link that lives goes on when its address has no name any more.
 * Confined to its loop.
 */
final class PeerLinks {
  private static final Logger log = LoggerFactory.getLogger(PeerLinks.class);
  private static final int LOST_INTERVALS = 3;

  private final Resolver resolver;
  private final EventLoop loop;
  private final Function<InetSocketAddress, PeerLink> factory;
  private final Map<InetSocketAddress, PeerLink> links = new HashMap<>();
  private final Map<HostPort, Set<InetSocketAddress>> addresses = new HashMap<>();

  /** Names whose failure the log knows. */
  private final Set<HostPort> unresolved = new HashSet<>();

  private boolean tooMany;

  /**
   * @param factory of a link with an address
   */
  PeerLinks(Resolver resolver, EventLoop loop, Function<InetSocketAddress, PeerLink> factory) {
    this.resolver = resolver;
    this.loop = loop;
    this.factory = factory;
  }

  Collection<PeerLink> all() {
    return links.values();
  }

  /** One beat: names, new links, and links that have died. */
  void beat(PeersConfig config, int adminPort, Signature signature, Members members) {
    List<HostPort> targets = config.targets(adminPort);
    addresses.keySet().retainAll(targets);
    unresolved.retainAll(targets);
    for (HostPort target : targets) {
      resolver
          .resolveAll(target, loop)
          .addListener((Future<List<InetSocketAddress>> answer) -> {
            // Oneself has one; so that there is none is nothing to go by.
            if (answer.isSuccess() && !answer.getNow().isEmpty()) {
              resolved(target, answer.getNow());
              connect(config, signature, members);
            } else if (unresolved.add(target)) {
              log.warn("cannot resolve {}: its peers stay as they are", target.host());
            }
          });
    }
    Duration silence = config.interval().multipliedBy(LOST_INTERVALS);
    List.copyOf(links.values()).forEach(link -> link.check(silence));
    connect(config, signature, members);
  }

  private void resolved(HostPort target, List<InetSocketAddress> found) {
    if (unresolved.remove(target)) {
      log.info("{} resolves again", target.host());
    }
    addresses.put(target, Set.copyOf(found));
  }

  private void connect(PeersConfig config, Signature signature, Members members) {
    Set<InetSocketAddress> wanted = new LinkedHashSet<>();
    addresses.values().stream()
        .flatMap(Set::stream)
        .sorted(Comparator.comparing(InetSocketAddress::toString))
        .forEach(wanted::add);
    // Oneself is one of them.
    if (wanted.size() > PeersConfig.MAX + 1 && !tooMany) {
      log.error("proxy.peers.dns has {} addresses; {} are asked", wanted.size(), PeersConfig.MAX);
    }
    tooMany = wanted.size() > PeersConfig.MAX + 1;
    wanted.stream().limit(PeersConfig.MAX + 1).forEach(at -> links.computeIfAbsent(at, factory));
    links.values().removeIf(link -> !wanted.contains(link.address()) && unneeded(link, members));
    Duration limit = config.interval().multipliedBy(LOST_INTERVALS);
    for (PeerLink link : links.values()) {
      if (link.status() == PeerLink.Status.ALIAS && !isUp(link.id(), members)) {
        link.retry();
      }
      link.connect(signature, limit);
    }
  }

  /** Nobody is heard there, and nobody counts who was. */
  private static boolean unneeded(PeerLink link, Members members) {
    boolean dead =
        link.status() != PeerLink.Status.LIVE && link.status() != PeerLink.Status.CONNECTING;
    return dead && members.now().stream().noneMatch(one -> one.at().equals(link.address()));
  }

  private static boolean isUp(String id, Members members) {
    Member member = members.of(id);
    return member != null && member.up();
  }

  /** Whether every name and every address has answered, or has failed to, once. */
  boolean tried(PeersConfig config, int adminPort) {
    return config.targets(adminPort).stream()
            .allMatch(target -> addresses.containsKey(target) || unresolved.contains(target))
        && links.values().stream().allMatch(PeerLink::tried);
  }

  void close() {
    List.copyOf(links.values()).forEach(PeerLink::close);
    links.clear();
    addresses.clear();
  }
}
