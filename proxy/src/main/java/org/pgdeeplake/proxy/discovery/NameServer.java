package org.pgdeeplake.proxy.discovery;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsQueryLifecycleObserver;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.Transport;

/**
 * Whom names are asked from: the system's name servers with its hosts file and search list, or one
 * that is named, without these. Remembers nothing. Confined to its event loop.
 */
final class NameServer {
  /** One question to one server; after it the next server is asked. */
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(1);

  /** As many as Netty's default, which an {@code options attempts} of resolv.conf would lower. */
  private static final int MAX_QUERIES = 16;

  private static final Duration LIFE_IN_HOSTS_FILE = Duration.ofDays(1);

  private final EventLoop loop;
  private final DnsNameResolver resolver;
  private final @Nullable DefaultHostsFileEntriesResolver hostsFile;
  private final List<DnsRecordType> families;
  private final Set<Lookup> running = new HashSet<>();

  /**
   * @param address null: the system's
   */
  NameServer(
      @Nullable HostPort address, Transport transport, EventLoop loop, LookupFigures figures) {
    this.loop = loop;
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(transport.datagram())
            // For answers that do not fit into a datagram.
            .socketChannelType(transport.socket())
            .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
            .maxQueriesPerResolve(MAX_QUERIES)
            .resolveCache(NoopDnsCache.INSTANCE)
            // A socket for each question: one that is kept stays bound, in the kernel's connection
            // tracking, to a name server that has gone away (netty issue 13705).
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .hostsFileEntriesResolver((name, types) -> null)
            .dnsQueryLifecycleObserverFactory(question -> new Observer(question, figures));
    if (address == null) {
      hostsFile =
          HostsFileEntriesResolver.DEFAULT instanceof DefaultHostsFileEntriesResolver file
              ? file
              : null;
    } else {
      hostsFile = null;
      builder
          .nameServerProvider(
              new SingletonDnsServerAddressStreamProvider(
                  new InetSocketAddress(address.host(), address.port())))
          .searchDomains(List.of());
    }
    resolver = builder.build();
    families =
        switch (resolver.resolvedAddressTypes()) {
          case IPV4_ONLY -> List.of(DnsRecordType.A);
          case IPV6_ONLY -> List.of(DnsRecordType.AAAA);
          case IPV4_PREFERRED -> List.of(DnsRecordType.A, DnsRecordType.AAAA);
          case IPV6_PREFERRED -> List.of(DnsRecordType.AAAA, DnsRecordType.A);
        };
  }

  /**
   * @param early as of {@link Lookup}
   * @param whenDone called once, later, on the loop
   */
  void ask(String name, Consumer<List<InetAddress>> early, Consumer<Answer> whenDone) {
    List<InetAddress> local = local(name);
    if (!local.isEmpty()) {
      loop.execute(() -> whenDone.accept(new Answer.Found(local, LIFE_IN_HOSTS_FILE, true)));
      return;
    }
    Lookup[] lookup = new Lookup[1];
    lookup[0] =
        new Lookup(
            name,
            early,
            answer -> {
              running.remove(lookup[0]);
              whenDone.accept(answer);
            });
    running.add(lookup[0]);
    lookup[0].start(resolver, families, loop);
  }

  /** The hosts file first, and localhost whatever is in it (RFC 6761). */
  private List<InetAddress> local(String name) {
    if (hostsFile == null) {
      return List.of();
    }
    ResolvedAddressTypes types = resolver.resolvedAddressTypes();
    List<InetAddress> listed = hostsFile.addresses(name, types);
    if (listed != null && !listed.isEmpty()) {
      return List.copyOf(listed);
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("localhost") || lower.endsWith(".localhost")
        ? List.of(InetAddress.getLoopbackAddress())
        : List.of();
  }

  void close() {
    resolver.close();
  }

  private final class Observer implements DnsQueryLifecycleObserver {
    private final DnsQuestion question;
    private final LookupFigures figures;

    Observer(DnsQuestion question, LookupFigures figures) {
      this.question = question;
      this.figures = figures;
    }

    @Override
    public void queryWritten(InetSocketAddress server, ChannelFuture written) {
      figures.asked();
    }

    @Override
    public void queryCancelled(int queriesRemaining) {}

    @Override
    public DnsQueryLifecycleObserver queryRedirected(List<InetSocketAddress> servers) {
      return this;
    }

    @Override
    public DnsQueryLifecycleObserver queryCNAMEd(DnsQuestion alias) {
      return this;
    }

    @Override
    public DnsQueryLifecycleObserver queryNoAnswer(DnsResponseCode code) {
      running.forEach(lookup -> lookup.refused(question.name()));
      return this;
    }

    @Override
    public void queryFailed(Throwable cause) {}

    @Override
    public void querySucceed() {}
  }
}
