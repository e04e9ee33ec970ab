// The proxy accepts the configuration that the chart renders, in every combination: it is asked
// itself (--check).
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProxyConfTest {
  /** As the chart's Secret gives them. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PROXY_STATS_USER", "admin",
          "PROXY_STATS_PASSWORD", "password-of-the-test",
          "PG_PROXY_PEERS_SECRET", "secret-of-the-test-with-some-length");

  @TempDir static Path certificates;

  @BeforeAll
  static void certificate() throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=pg.example.org")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Files.writeString(certificates.resolve("tls.crt"), bundle.getCertificatePathPEM());
    Files.writeString(certificates.resolve("ca.crt"), bundle.getCertificatePathPEM());
    Files.writeString(certificates.resolve("tls.key"), bundle.getPrivateKeyPEM());
  }

  static Stream<String> combinations() {
    return Stream.of(
        "defaults",
        "external-push",
        "gRPC with TLS",
        "TLS off",
        "TLS required",
        "haproxy",
        "one replica",
        "with what can be added");
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void theProxyAcceptsIt(String name, @TempDir Path directory) throws Exception {
    Rendered rendered = Chart.render(Combinations.of(name));
    String conf =
        rendered.objects().stream()
            .filter(object -> Rendered.name(object).matches("ConfigMap/.*-proxy"))
            .map(object -> Rendered.text(object, "data", "proxy.conf"))
            .findFirst()
            .orElseThrow();
    Path file = Files.writeString(directory.resolve("proxy.conf"), readable(conf));
    Programs.Result result =
        Programs.run(
            Duration.ofMinutes(1),
            ENVIRONMENT,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.pgdeeplake.proxy.Main",
            "--check",
            "--config",
            file.toString());
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  /** The certificates are elsewhere here. */
  private static String readable(String conf) {
    return conf.replaceAll("/etc/pg-proxy(-scaler)?-tls", certificates.toString());
  }
}
