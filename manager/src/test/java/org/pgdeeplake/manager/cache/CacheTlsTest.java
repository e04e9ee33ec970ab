package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.cache.CacheFailed.Reason;

/** rediss:// is TLS with a certificate that is looked at. */
@NeedsProgram({"redis-server", "redis-cli", "openssl"})
@Tag("long")
class CacheTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private RedisServer redis;
  private String certificate;

  @BeforeEach
  void start() {
    certificate = certificate("server", "IP:127.0.0.1");
    redis =
        new RedisServer(
                "--port",
                "0",
                "--tls-port",
                "PORT",
                "--tls-cert-file",
                certificate,
                "--tls-key-file",
                certificate.replace(".pem", ".key"),
                "--tls-auth-clients",
                "no")
            .cliLogin("--tls", "--cacert", certificate);
  }

  @AfterEach
  void end() throws Exception {
    redis.close();
  }

  private String certificate(String name, String subject) {
    Path file = directory.resolve(name + ".pem");
    RedisServer.run(
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + name,
            "-addext",
            "subjectAltName=" + subject,
            "-keyout",
            directory.resolve(name + ".key").toString(),
            "-out",
            file.toString()));
    return file.toString();
  }

  private String url(String query) {
    return "rediss://127.0.0.1:" + redis.port() + query;
  }

  private static CacheFailed opening(String url) {
    return opening(url, LIMIT);
  }

  private static CacheFailed opening(String url, Duration limit) {
    return catchThrowableOfType(
        CacheFailed.class, () -> Cache.open(CacheAddress.parse(url), limit).close());
  }

  @Test
  void withItsCertificateOrWithoutAnyCheck() throws Exception {
    for (String query : List.of("?ssl_ca_certs=" + certificate, "?ssl_cert_reqs=none")) {
      redis.populate();
      try (Cache cache = Cache.open(CacheAddress.parse(url(query)), LIMIT)) {
        assertThat(cache.flush(Cache.PREFIX, _ -> true)).isEqualTo(new Flushed(50_000, true));
      }
    }
  }

  @Test
  void nobodyTrustsIt() {
    CacheFailed failed = opening(url(""));

    assertThat(failed.reason()).isEqualTo(Reason.TLS);
    assertThat(failed).hasMessageContaining("add ?ssl_ca_certs=FILE to REDIS_URL");
  }

  @Test
  void anotherHostsCertificate() {
    CacheFailed failed =
        opening("rediss://localhost:" + redis.port() + "?ssl_ca_certs=" + certificate);

    assertThat(failed.reason()).isEqualTo(Reason.TLS);
    assertThat(failed).hasMessageContaining("is for another host");
  }

  @Test
  void tlsWithAServerThatHasNone() throws Exception {
    try (RedisServer plain = new RedisServer()) {
      CacheFailed failed = opening(plain.url().replace("redis:", "rediss:"), Duration.ofSeconds(1));

      assertThat(failed).hasMessageContaining("redis:// is without TLS");
    }
  }

  @Test
  void plainTextWithAServerThatWantsTls() {
    CacheFailed failed = opening("redis://127.0.0.1:" + redis.port());

    assertThat(failed).hasMessageContaining("rediss:// is with TLS");
  }

  @Test
  void aCertificateFileThatIsNotThere() {
    CacheFailed failed = opening(url("?ssl_ca_certs=/nowhere/ca.pem"));

    assertThat(failed.reason()).isEqualTo(Reason.ADDRESS);
    assertThat(failed).hasMessageContaining("/nowhere/ca.pem, which cannot be read");
  }
}
