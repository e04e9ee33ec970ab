// Rule: a name that is not absolute is looked for in the domains of the search list, as the system
// does it.
package org.pgdeeplake.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.Transport;

class LookupTest {
  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("lookup-test", 1);
  private final ScriptedDns dns = new ScriptedDns();

  /** As in a pod. */
  private final DnsNameResolver resolver =
      new DnsNameResolverBuilder(loops.next())
          .datagramChannelType(transport.datagram())
          .nameServerProvider(
              new SingletonDnsServerAddressStreamProvider(
                  new InetSocketAddress(dns.address().host(), dns.address().port())))
          .searchDomains(List.of("db.svc.cluster.test", "svc.cluster.test"))
          .ndots(5)
          .build();

  @AfterEach
  void end() {
    resolver.close();
    dns.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Answer ask(String name) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Lookup lookup = new Lookup(name, found -> {}, answer::complete);
    loops.next().execute(() -> lookup.start(resolver, List.of(DnsRecordType.A), loops.next()));
    return answer.join();
  }

  @Test
  void aShortNameIsLookedForInEachDomainInTurn() throws Exception {
    dns.ipv4(30, "10.0.0.1").unknown("pg-0.head.db.svc.cluster.test");
    assertThat(ask("pg-0.head")).isInstanceOf(Answer.Found.class);
    assertThat(dns.names())
        .containsExactly("pg-0.head.db.svc.cluster.test", "pg-0.head.svc.cluster.test");
  }

  @Test
  void thenAsItIs() throws Exception {
    dns.ipv4(30, "10.0.0.1").unknown("pg.db.svc.cluster.test", "pg.svc.cluster.test");
    Answer answer = ask("pg");
    assertThat(((Answer.Found) answer).addresses())
        .containsExactly(InetAddress.ofLiteral("10.0.0.1"));
    assertThat(dns.names()).last().isEqualTo("pg");
  }

  @Test
  void anAbsoluteNameIsAskedForOnce() {
    dns.ipv4(30, "10.0.0.1");
    assertThat(ask("pg-0.head.db.svc.cluster.test.")).isInstanceOf(Answer.Found.class);
    assertThat(dns.names()).containsExactly("pg-0.head.db.svc.cluster.test");
  }

  @Test
  void noneOfThemIsNone() {
    dns.answer(new ScriptedDns.Reply.Code(3));
    assertThat(ask("pg")).isEqualTo(new Answer.None());
    assertThat(dns.names()).hasSize(3);
  }
}
