// Rule: what is not answered is not known to be otherwise; what is answered "no such name" is asked
// again; nobody waits for DNS longer than he must, and one question serves all.
package org.pgdeeplake.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.pgdeeplake.proxy.discovery.ScriptedDns.A;
import static org.pgdeeplake.proxy.discovery.ScriptedDns.AAAA;

import io.netty.channel.EventLoopGroup;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.NameLookup;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.ScriptedDns.Reply;
import org.pgdeeplake.proxy.net.Transport;

class ResolverTest {
  private static final HostPort NAME = new HostPort("pg.test", 5432);
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final Duration NOW = Duration.ZERO;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("resolver-test", 1);
  private final Resolver resolver = new Resolver(transport);
  private final ScriptedDns dns = new ScriptedDns();

  @AfterEach
  void end() {
    resolver.close();
    dns.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private NameLookup lookup(Duration interval) {
    return new NameLookup(dns.address(), interval);
  }

  private Future<InetSocketAddress> asking(Duration interval, @Nullable Duration maxAge) {
    return resolver.resolve(NAME, lookup(interval), maxAge, loops.next());
  }

  private String ask(Duration interval, @Nullable Duration maxAge) {
    return asking(interval, maxAge).syncUninterruptibly().getNow().getAddress().getHostAddress();
  }

  /**
   * Waits for the rest of a good answer, its other family: whoever asked before that would share it
   * instead of asking anew.
   */
  private String askWhole(Duration interval, @Nullable Duration maxAge) {
    String address = ask(interval, maxAge);
    LookupFigures figures = resolver.figures();
    await().atMost(LIMIT).until(() -> figures.found() + figures.none() == dns.asked(A));
    return address;
  }

  /** Machines without IPv6 ask for A only. */
  private void assumeBothFamilies() {
    try (DnsNameResolver plain =
        new DnsNameResolverBuilder(loops.next())
            .datagramChannelType(transport.datagram())
            .build()) {
      assumeTrue(plain.resolvedAddressTypes() == ResolvedAddressTypes.IPV4_PREFERRED);
    }
  }

  @Test
  void anAnswerDoesForItsTime() {
    dns.ipv4(3600, "10.0.0.1");
    assertThat(askWhole(Duration.ZERO, null)).isEqualTo("10.0.0.1");
    dns.ipv4(0, "10.0.0.2");
    assertThat(ask(Duration.ZERO, null)).isEqualTo("10.0.0.1");
    assertThat(dns.asked(A)).isEqualTo(1);
    assertThat(askWhole(Duration.ZERO, NOW)).as("for whom somebody waits").isEqualTo("10.0.0.2");
    dns.ipv4(0, "10.0.0.3");
    assertThat(askWhole(Duration.ZERO, null)).as("of no time").isEqualTo("10.0.0.3");
    dns.ipv4(0, "10.0.0.4");
    assertThat(ask(HOUR, null)).as("the interval").isEqualTo("10.0.0.3");
  }

  @Test
  void whereNobodyWasFoundIsAskedForAgain() {
    dns.ipv4(3600, "10.0.0.1");
    assertThat(askWhole(HOUR, null)).isEqualTo("10.0.0.1");
    dns.ipv4(3600, "10.0.0.2");
    resolver.doubt(NAME, lookup(HOUR));
    await().atMost(LIMIT).until(() -> ask(HOUR, null).equals("10.0.0.2"));
    assertThat(dns.asked(A)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void thatThereIsNoneIsNotRememberedWhereSomebodyWaits(int code) {
    dns.answer(new Reply.Code(code));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> ask(HOUR, NOW)).isInstanceOf(UnknownHostException.class);
    }
    assertThat(dns.asked(A)).isEqualTo(3);
    assertThatThrownBy(() -> ask(HOUR, null)).isInstanceOf(UnknownHostException.class);
    assertThat(dns.asked(A)).as("where nobody waits").isEqualTo(3);
    dns.ipv4(60, "10.0.0.1");
    assertThat(ask(HOUR, NOW)).isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void thatThereIsNoneAnyMoreMustBeSaidAgain(int code) {
    dns.ipv4(0, "10.0.0.1");
    assertThat(askWhole(HOUR, NOW)).isEqualTo("10.0.0.1");
    dns.answer(new Reply.Code(code));
    assertThat(askWhole(HOUR, NOW)).isEqualTo("10.0.0.1");
    assertThat(askWhole(HOUR, NOW)).isEqualTo("10.0.0.1");
    assertThatThrownBy(() -> ask(Duration.ZERO, NOW)).isInstanceOf(UnknownHostException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void anErrorIsNoAnswer(int code) {
    dns.ipv4(0, "10.0.0.1");
    assertThat(askWhole(Duration.ZERO, NOW)).isEqualTo("10.0.0.1");
    dns.answer(new Reply.Code(code));
    for (int i = 0; i < 3; i++) {
      assertThat(ask(Duration.ZERO, NOW)).isEqualTo("10.0.0.1");
    }
    await().atMost(LIMIT).until(() -> resolver.figures().unanswered() >= 1);
    assertThat(resolver.figures().none()).isZero();
  }

  @Test
  void silenceHoldsUpNobodyWhoKnowsAnAddress() {
    dns.ipv4(0, "10.0.0.1");
    assertThat(askWhole(Duration.ZERO, null)).isEqualTo("10.0.0.1");
    dns.answer(new Reply.Nothing());
    assertThat(ask(Duration.ZERO, null)).isEqualTo("10.0.0.1");
    assertThat(resolver.figures().unanswered()).as("the question still waits").isZero();
  }

  @Test
  void oneQuestionServesAllWhoAskMeanwhile() {
    dns.answer(new Reply.Nothing());
    List<Future<InetSocketAddress>> all =
        IntStream.range(0, 50).mapToObj(i -> asking(Duration.ZERO, NOW)).toList();
    all.forEach(one -> assertThat(one.awaitUninterruptibly().isSuccess()).isFalse());
    assertThat(dns.asked(A)).isEqualTo(1);
    await().atMost(LIMIT).until(() -> resolver.failures() == 50);
  }

  @Test
  void theFamilyThatIsAnsweredDoesForWhoWantsOneAddress() {
    assumeBothFamilies();
    dns.answer(A, new Reply.Addresses(60, List.of("10.0.0.1"))).answer(AAAA, new Reply.Nothing());
    assertThat(ask(Duration.ZERO, NOW)).isEqualTo("10.0.0.1");
    assertThat(resolver.figures().unanswered()).as("the other family is still asked").isZero();
  }

  @Test
  void aLostPacketRemovesNoServer() {
    assumeBothFamilies();
    dns.answer(A, new Reply.Addresses(0, List.of("10.0.0.1")))
        .answer(AAAA, new Reply.Addresses(0, List.of("fd00::1")));
    List<List<InetAddress>> seen = new CopyOnWriteArrayList<>();
    try (NameWatch _ = watch(seen, new AtomicBoolean(true))) {
      await().atMost(LIMIT).until(() -> seen.size() == 1);
      assertThat(seen.getFirst())
          .containsExactly(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("fd00::1"));
      dns.answer(AAAA, new Reply.Nothing());
      long found = resolver.figures().found();
      await().atMost(LIMIT).until(() -> resolver.figures().found() >= found + 2);
      assertThat(seen).hasSize(1);
      dns.answer(AAAA, new Reply.Code(0));
      await().atMost(LIMIT).until(() -> seen.size() == 2);
      assertThat(seen.getLast()).containsExactly(InetAddress.ofLiteral("10.0.0.1"));
    }
  }

  private NameWatch watch(List<List<InetAddress>> seen, AtomicBoolean awaited) {
    NameWatch.Pace pace =
        new NameWatch.Pace() {
          @Override
          public boolean awaited() {
            return awaited.get();
          }

          @Override
          public Duration fastinter() {
            return Duration.ofMillis(20);
          }
        };
    return resolver.watch(NAME.host(), lookup(HOUR), pace, seen::add);
  }

  @Test
  void aNameIsAskedForFastWhileSomebodyWaits() {
    dns.ipv4(3600, "10.0.0.1");
    List<List<InetAddress>> seen = new CopyOnWriteArrayList<>();
    AtomicBoolean awaited = new AtomicBoolean();
    try (NameWatch watch = watch(seen, awaited)) {
      await().atMost(LIMIT).until(() -> seen.size() == 1);
      assertThat(dns.asked(A)).isEqualTo(1);
      awaited.set(true);
      watch.soon();
      await().atMost(LIMIT).until(() -> dns.asked(A) >= 4);
      dns.ipv4(3600, "10.0.0.1", "10.0.0.2");
      await().atMost(LIMIT).until(() -> seen.size() == 2);
      assertThat(seen.getLast()).hasSize(2);
    }
  }

  @Test
  void addressesAndLocalhostAskNobody() {
    List<String> hosts = List.of("127.0.0.5", "::1", "localhost", "a.localhost");
    for (String host : hosts) {
      Future<InetSocketAddress> one = resolver.resolve(new HostPort(host, 1), loops.next());
      assertThat(one.syncUninterruptibly().getNow().getAddress().isLoopbackAddress()).isTrue();
    }
    assertThat(
            resolver
                .resolveAll(new HostPort("::1", 2), loops.next())
                .syncUninterruptibly()
                .getNow())
        .hasSize(1);
    assertThat(resolver.figures().queries()).isZero();
  }
}
