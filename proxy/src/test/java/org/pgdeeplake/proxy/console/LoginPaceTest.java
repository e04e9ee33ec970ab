// After some failures the attempts of one address go one by one, in order of arrival; who gives up
// takes nobody's turn, and who would wait too long does not stand in line.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoginPaceTest {
  private static final long PACE = LoginPace.PACE.toNanos();
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  private final LoginPace pace = new LoginPace();
  private final InetAddress client = address("2001:db8::1");
  private long now = 1;

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private long pause(Object attempt) {
    return pace.pause(attempt, client, now, PATIENCE);
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      pace.failed(client, now);
    }
  }

  @Test
  void attemptsGoInTheirOrder() {
    fail(LoginPace.FREE - 1);
    assertThat(pause("early")).isZero();
    fail(1);
    assertThat(pause("first")).isZero();
    assertThat(pause("second")).isEqualTo(PACE);
    assertThat(pause("third")).isEqualTo(PACE);
    now += PACE;
    assertThat(pause("third")).as("not yet").isPositive();
    assertThat(pause("second")).isZero();
    assertThat(pause("third")).isEqualTo(PACE);
    now += PACE;
    assertThat(pause("third")).isZero();
  }

  @Test
  void whoGivesUpTakesNobodysTurn() {
    fail(LoginPace.FREE);
    assertThat(pause("first")).isZero();
    for (int i = 0; i < 1000; i++) {
      assertThat(pause("gives up " + i)).isEqualTo(PACE);
      pace.leave("gives up " + i, client);
    }
    assertThat(pause("patient")).isEqualTo(PACE);
    now += PACE;
    assertThat(pause("patient")).isZero();
  }

  @Test
  void theLineIsNoLongerThanPatience() {
    fail(LoginPace.FREE);
    assertThat(pause("first")).isZero();
    for (int i = 1; i <= 10; i++) {
      assertThat(pause(i)).isEqualTo(PACE);
    }
    assertThat(pause("too late")).isEqualTo(LoginPace.TOO_LONG);
    assertThat(pace.pause("hasty", client, now, PACE)).isEqualTo(LoginPace.TOO_LONG);
    pace.leave(3, client);
    assertThat(pause("just in time")).isEqualTo(PACE);
  }

  @Test
  void aNetworkCountsAsOne() {
    fail(LoginPace.FREE);
    assertThat(pause("first")).isZero();
    assertThat(pace.pause("same /64", address("2001:db8::2:1"), now, PATIENCE)).isPositive();
    assertThat(pace.pause("other", address("2001:db8:0:1::1"), now, PATIENCE)).isZero();
    assertThat(pace.pause("other", address("192.0.2.1"), now, PATIENCE)).isZero();
  }

  @Test
  void allIsForgottenAfterAWhile() {
    fail(LoginPace.FREE);
    assertThat(pause("first")).isZero();
    assertThat(pause("second")).isPositive();
    now += LoginPace.MEMORY.toNanos() + 1;
    assertThat(pause("second")).isZero();
    assertThat(pause("third")).isZero();
  }
}
