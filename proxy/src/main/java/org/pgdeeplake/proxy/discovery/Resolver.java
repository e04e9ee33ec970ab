package org.pgdeeplake.proxy.discovery;

import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.Transport;

/**
 * Host names to addresses without blocking an event loop. Answers are cached as their records say,
 * failures never: a name that has just come to exist must be found at the next try.
 */
public final class Resolver implements AutoCloseable {
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(1);

  private final AddressResolverGroup<InetSocketAddress> group;
  private final AddressResolverGroup<InetSocketAddress> everything;
  private final LongAdder failures = new LongAdder();

  public Resolver(Transport transport) {
    group =
        new DnsAddressResolverGroup(
            new DnsNameResolverBuilder()
                .datagramChannelType(transport.datagram())
                .socketChannelType(transport.socket())
                .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
                .ttl(0, 30)
                .negativeTtl(0));
    everything =
        new DnsAddressResolverGroup(
            new DnsNameResolverBuilder()
                .datagramChannelType(transport.datagram())
                .socketChannelType(transport.socket())
                .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
                .resolveCache(NoopDnsCache.INSTANCE));
  }

  /** Completes on {@code loop}; fails with {@link java.net.UnknownHostException}. */
  public Future<InetSocketAddress> resolve(HostPort address, EventLoop loop) {
    return group
        .getResolver(loop)
        .resolve(InetSocketAddress.createUnresolved(address.host(), address.port()))
        .addListener(resolved -> {
          if (!resolved.isSuccess()) {
            failures.increment();
          }
        });
  }

  /**
   * Every address of a name as it is now: asked for anew, whatever was answered before. An empty
   * list where the name does not exist or has no address; fails with {@link
   * java.net.UnknownHostException} where nobody has answered, within 5 s. Completes on {@code loop}.
   */
  public Future<List<InetSocketAddress>> resolveAll(HostPort address, EventLoop loop) {
    return everything
        .getResolver(loop)
        .resolveAll(InetSocketAddress.createUnresolved(address.host(), address.port()));
  }

  /** Names that could not be resolved since the start; any thread. */
  public long failures() {
    return failures.sum();
  }

  @Override
  public void close() {
    group.close();
    everything.close();
  }
}
