package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ScrapedText;

// Rule: without clients every gauge of sessions, connections and waiters is 0 and is told;
// counters,
// and gauges of something else, may be what they are.
class RestingGaugesTest {
  private static final String AT_REST =
      """
      # TYPE haproxy_frontend_current_sessions gauge
      haproxy_frontend_current_sessions{proxy="a"} 0
      haproxy_frontend_current_sessions{proxy="b"} 0
      # TYPE haproxy_server_current_throttle gauge
      haproxy_server_current_throttle{proxy="a",server="s"} NaN
      # TYPE haproxy_process_current_total counter
      haproxy_process_current_total 7
      # TYPE haproxy_process_max_sessions gauge
      haproxy_process_max_sessions 7
      # TYPE haproxy_process_stopping gauge
      haproxy_process_stopping 0
      # TYPE pgproxy_demand gauge
      pgproxy_demand 0
      # TYPE pgproxy_demand_local gauge
      pgproxy_demand_local 0
      # TYPE pgproxy_lingering gauge
      pgproxy_lingering 0
      # TYPE pgproxy_oldest_waiter_seconds gauge
      pgproxy_oldest_waiter_seconds 0
      # TYPE pgproxy_paused gauge
      pgproxy_paused{proxy="a"} 0
      # TYPE pgproxy_scaler_connections gauge
      pgproxy_scaler_connections 0
      # TYPE pgproxy_scaler_streams gauge
      pgproxy_scaler_streams 0
      # TYPE pgproxy_sessions gauge
      pgproxy_sessions{activity="idle"} 0
      # TYPE pgproxy_waiting gauge
      pgproxy_waiting 0
      """;

  private static List<String> notAtRest(String text) {
    return RestingGauges.notAtRest(ScrapedText.parse(text));
  }

  @Test
  void allIsAtRest() {
    assertThat(notAtRest(AT_REST)).isEmpty();
    assertThat(RestingGauges.looksAt(ScrapedText.parse(AT_REST))).isEqualTo(12);
  }

  @Test
  void whatIsLeftIsSeen() {
    assertThat(notAtRest(AT_REST.replace("{proxy=\"b\"} 0", "{proxy=\"b\"} 1")))
        .containsExactly("haproxy_frontend_current_sessions{proxy=b} 1");
    assertThat(notAtRest(AT_REST.replace("pgproxy_waiting 0", "pgproxy_waiting NaN")))
        .containsExactly("pgproxy_waiting{} NaN");
  }

  @Test
  void whatIsNotToldIsNoRest() {
    assertThat(notAtRest(AT_REST.replace("pgproxy_waiting 0\n", "")))
        .containsExactly("pgproxy_waiting is not told");
  }
}
