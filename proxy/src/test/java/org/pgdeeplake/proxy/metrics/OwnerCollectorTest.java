// What cannot be shown is left out of a scrape and takes nothing else with it.
package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.tls.ShownCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

class OwnerCollectorTest {
  @Test
  void ofTwoCertificatesWithTheSameLabelsTheFirstToExpireIsShown() {
    X509Certificate late = certificate(60);
    X509Certificate soon = certificate(5);
    List<ShownCertificate> shown =
        List.of(
            new ShownCertificate("f", Side.FRONTEND, late),
            new ShownCertificate("f", Side.FRONTEND, soon));

    var collected =
        new OwnerCollector<>(
                "t_",
                TlsFamilies.certificates(),
                () -> TlsFamilies.distinct(shown),
                TlsFamilies::labels)
            .collect();

    assertThat(((GaugeSnapshot) collected.get(0)).getDataPoints())
        .singleElement()
        .satisfies(point ->
            assertThat(point.getValue())
                .isEqualTo((double) soon.getNotAfter().toInstant().getEpochSecond()));
  }

  @Test
  void aFamilyWithTheSameLabelsTwiceTakesNoOtherWithIt() {
    List<Family<Integer>> families =
        List.of(
            Family.gauge("bad", "Same labels", owner -> owner),
            Family.states("good", "Other labels", owner -> Map.of("s" + owner, 1.0)));

    var collected =
        new OwnerCollector<>("t_", families, () -> List.of(1, 2), owner -> Labels.EMPTY).collect();

    assertThat(collected.stream().map(one -> one.getMetadata().getName()))
        .containsExactly("t_good");
  }

  private static X509Certificate certificate(int days) {
    return TestCertificate.authority("ca")
        .issue(
            "same",
            builder ->
                builder.serial(BigInteger.TEN).notAfter(Instant.now().plus(Duration.ofDays(days))))
        .certificate();
  }
}
