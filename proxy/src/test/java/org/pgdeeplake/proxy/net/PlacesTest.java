// Places are for so many at once, and for so many of one client, who has a whole /64 of IPv6.
package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
  private static final InetAddress C = InetAddress.ofLiteral("192.0.2.3");

  private final Places places = new Places(new Places.Size(3, 2));

  @Test
  void soManyOfOneClient() {
    assertThat(places.take(A)).isTrue();
    assertThat(places.take(A)).isTrue();
    assertThat(places.take(A)).isFalse();
    assertThat(places.take(B)).isTrue();
    assertThat(places.taken()).isEqualTo(3);
  }

  @Test
  void soManyAtOnce() {
    assertThat(places.take(A)).isTrue();
    assertThat(places.take(B)).isTrue();
    assertThat(places.take(C)).isTrue();
    assertThat(places.take(InetAddress.ofLiteral("192.0.2.4"))).isFalse();
  }

  @Test
  void whoLeavesMakesPlace() {
    assertThat(places.take(A)).isTrue();
    assertThat(places.take(A)).isTrue();
    places.leave(A);
    assertThat(places.taken()).isEqualTo(1);
    assertThat(places.take(A)).isTrue();
  }

  @Test
  void otherAddressesOfTheSameClientDoNotHelp() {
    assertThat(places.take(InetAddress.ofLiteral("2001:db8::1"))).isTrue();
    assertThat(places.take(InetAddress.ofLiteral("2001:db8::2:0:0:1"))).isTrue();
    assertThat(places.take(InetAddress.ofLiteral("2001:db8::ffff"))).isFalse();
    assertThat(places.take(InetAddress.ofLiteral("2001:db8:0:1::1"))).isTrue();
  }
}
