package org.pgdeeplake.proxy.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.peers.PeerDoor.Verdict;
import org.pgdeeplake.proxy.support.LoggedLines;

// Rule: a peer gets in with the secret, at about the right time, and with each request once.
class PeerDoorTest {
  private static final String URI = "/api/v1/peers/stream?from=00";
  private static final Signature SIGNATURE = new Signature(new Secret("a secret of replicas"));
  private static final InetAddress PEER = InetAddress.getLoopbackAddress();

  private final AtomicLong seconds = new AtomicLong(1_796_000_000);
  private PeersConfig config = config("a secret of replicas");
  private final PeerDoor door = new PeerDoor(() -> config, seconds::get);

  private static PeersConfig config(String secret) {
    return new PeersConfig(
        "peers", 0, new Secret(secret), Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  private static Authorization signed(long at) {
    return Authorization.of(SIGNATURE, "GET", URI, "", at);
  }

  private Verdict check(@Nullable String header) {
    return door.check("GET", URI, "", header, PEER);
  }

  @Test
  void letsInWhoHasTheSecret() {
    Authorization shown = signed(seconds.get());
    assertThat(shown.header()).doesNotContain("a secret");
    assertThat(check(shown.header())).isEqualTo(new Verdict.Enter(shown.nonce()));
    assertThat(door.refused()).isZero();
  }

  @Test
  void theSameRequestComesOnce() {
    String header = signed(seconds.get()).header();
    assertThat(check(header)).isInstanceOf(Verdict.Enter.class);
    for (int second = 0; second <= 61; second++) {
      assertThat(check(header)).as("%s s later", second).isInstanceOf(Verdict.Refused.class);
      seconds.incrementAndGet();
    }
  }

  @Test
  void clocksMayDifferALittle() {
    assertThat(check(signed(seconds.get() - 30).header())).isInstanceOf(Verdict.Enter.class);
    assertThat(check(signed(seconds.get() + 30).header())).isInstanceOf(Verdict.Enter.class);
    assertThat(check(signed(seconds.get() - 31).header())).isInstanceOf(Verdict.Refused.class);
    assertThat(check(signed(seconds.get() + 31).header())).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void anotherRequestIsAnotherSignature() {
    String header = signed(seconds.get()).header();
    assertThat(door.check("POST", URI, "", header, PEER)).isInstanceOf(Verdict.Refused.class);
    assertThat(door.check("GET", URI + "1", "", header, PEER)).isInstanceOf(Verdict.Refused.class);
    assertThat(door.check("GET", URI, "x", header, PEER)).isInstanceOf(Verdict.Refused.class);
    assertThat(check(header)).as("and none of these has used it").isInstanceOf(Verdict.Enter.class);
  }

  @Test
  void whoHasNotIsRefusedAndLoggedOnceAnHour() {
    try (LoggedLines log = new LoggedLines(PeerDoor.class.getName())) {
      assertThat(check(null)).isInstanceOf(Verdict.Refused.class);
      assertThat(check("Basic b3BzOnNlY3JldA==")).isInstanceOf(Verdict.Refused.class);
      String right = signed(seconds.get()).header();
      String other = right.substring(0, right.length() - 1) + (right.endsWith("0") ? "1" : "0");
      assertThat(check(other)).isInstanceOf(Verdict.Refused.class);
      assertThat(log.lines()).hasSize(1);
      assertThat(check(right)).isInstanceOf(Verdict.Enter.class);
      assertThat(check(other)).isInstanceOf(Verdict.Refused.class);
      assertThat(log.lines()).hasSize(1);
      seconds.addAndGet(3600);
      assertThat(check(other)).isInstanceOf(Verdict.Refused.class);
      assertThat(log.lines()).hasSize(2);
      assertThat(door.refused()).isEqualTo(5);
    }
  }

  @Test
  void thereIsNoDoorWithoutPeers() {
    config = PeersConfig.OFF;
    assertThat(check(signed(seconds.get()).header())).isEqualTo(new Verdict.Off());
  }
}
