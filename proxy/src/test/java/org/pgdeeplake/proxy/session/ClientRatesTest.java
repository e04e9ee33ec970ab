package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.net.ClientKey;

// Rule: a client may begin as many sessions in a second as the limit says, whoever else comes.
class ClientRatesTest {
  private static final Visitor ONE = of("192.0.2.1");
  private static final Visitor TWO = of("192.0.2.2");

  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);
  private final ClientRates rates = new ClientRates(() -> now);

  private static Visitor of(String address) {
    return new Visitor("f", ClientKey.of(InetAddress.ofLiteral(address)));
  }

  private int admittedOf(int tries, Visitor client) {
    int admitted = 0;
    for (int i = 0; i < tries; i++) {
      admitted += rates.admit(client, 10) ? 1 : 0;
    }
    return admitted;
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void aSecondsWorthAtOnceThenOneByOne() {
    assertThat(admittedOf(30, ONE)).isEqualTo(10);
    assertThat(admittedOf(30, TWO)).as("each has its own").isEqualTo(10);
    pass(100);
    assertThat(admittedOf(5, ONE)).isEqualTo(1);
    pass(450);
    assertThat(admittedOf(30, ONE)).isEqualTo(4);
  }

  /** The clock overflows on the way. */
  @Test
  void overTimeItIsTheLimit() {
    int admitted = 0;
    for (int i = 0; i < 1_000; i++) {
      pass(10);
      admitted += admittedOf(1, ONE);
    }
    assertThat(admitted).isBetween(100, 110);
  }

  @Test
  void noLimit() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(rates.admit(ONE, 0)).isTrue();
    }
    assertThat(rates.size()).isZero();
  }

  @Test
  void whoIsGoneIsForgotten() {
    for (int i = 0; i < 1_000; i++) {
      var _ = rates.admit(of("2001:db8:0:" + Integer.toHexString(i) + "::"), 10);
    }
    assertThat(rates.size()).isEqualTo(1_000);
    pass(1_100);
    assertThat(admittedOf(1, ONE)).isEqualTo(1);
    assertThat(rates.size()).isEqualTo(1);
  }
}
