package org.pgdeeplake.proxy.discovery;

import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.pgdeeplake.proxy.net.Transport;

/** Every address of a name, asked for anew each time: nothing is remembered, no failure either. */
public final class AllAddresses implements AutoCloseable {
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(1);

  private final DnsNameResolver resolver;

  /**
   * @param loop on which it asks and answers
   */
  public AllAddresses(Transport transport, EventLoop loop) {
    resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(transport.datagram())
            .socketChannelType(transport.socket())
            .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .build();
  }

  /** Completes on the loop; fails with {@link java.net.UnknownHostException}. */
  public Future<List<InetAddress>> of(String host) {
    return resolver.resolveAll(host);
  }

  @Override
  public void close() {
    resolver.close();
  }
}
