package org.pgdeeplake.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.pgdeeplake.benchmarks.BenchFailed;

/** A metric is what has its whole name and the label; what is not told is no 0, but a failure. */
class ScrapeTest {
  private static final Scrape SCRAPE =
      new Scrape(
          """
          # HELP pgproxy_sessions Sessions that have a server
          # TYPE pgproxy_sessions gauge
          pgproxy_sessions{activity="busy"} 3.0
          pgproxy_sessions{activity="idle"} 4.0
          pgproxy_sessions_closed_total{proxy="pg",reason="CD"} 100.0
          pgproxy_waiting 0.0
          jvm_memory_used_bytes{area="heap",id="Tenured Gen"} 1.5E7
          jvm_memory_used_bytes{area="heap",id="Eden Space"} 5000000.0
          jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 9.0
          jvm_memory_used_bytes{area="none",id="{area=\\"heap\\""} 9.0
          """);

  @Test
  void aNameIsTheWholeName() throws Exception {
    assertThat(SCRAPE.sum("pgproxy_sessions")).isEqualTo(7);
    assertThat(SCRAPE.sum("pgproxy_waiting")).isZero();
  }

  @Test
  void aLabelIsTheWholeLabelWhereverItStands() throws Exception {
    assertThat(SCRAPE.sum("jvm_memory_used_bytes", "area=\"heap\"")).isEqualTo(2e7);
    assertThat(SCRAPE.sum("jvm_memory_used_bytes", "id=\"Eden Space\"")).isEqualTo(5e6);
  }

  @Test
  void whatIsNotToldIsNotZero() {
    assertThatThrownBy(() -> SCRAPE.sum("pgproxy_session"))
        .isInstanceOf(BenchFailed.class)
        .hasMessage("the proxy does not tell pgproxy_session{}");
    assertThatThrownBy(() -> SCRAPE.sum("pgproxy_sessions", "activity=\"bus\""))
        .isInstanceOf(BenchFailed.class);
    assertThatThrownBy(() -> SCRAPE.sum("pgproxy_waiting", "activity=\"idle\""))
        .isInstanceOf(BenchFailed.class);
  }
}
