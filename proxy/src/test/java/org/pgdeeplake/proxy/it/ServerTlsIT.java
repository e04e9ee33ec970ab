package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: each tls.mode of a backend takes the servers that libpq's sslmode of that name takes, with
// TLS where there is any, and says of each other server why not.
class ServerTlsIT {
  private static final String SSL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  private static final TestCertificate authority = TestCertificate.authority("ours");

  private static final Map<Kind, TestPostgres> servers = new EnumMap<>(Kind.class);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path directory;

  enum Kind {
    PLAIN,
    GOOD,
    OTHER_AUTHORITY,
    OTHER_NAME,
    EXPIRED;

    @Nullable TestCertificate certificate() {
      return switch (this) {
        case PLAIN -> null;
        case GOOD -> authority.issue();
        case OTHER_AUTHORITY -> TestCertificate.authority("theirs").issue();
        case OTHER_NAME -> authority.issue("other", b -> b.addSanDnsName("other.example"));
        case EXPIRED -> authority.issue("localhost", Kind::expired);
      };
    }

    private static CertificateBuilder expired(CertificateBuilder builder) {
      return TestCertificate.localhost(builder)
          .notBefore(Instant.now().minus(Duration.ofDays(10)))
          .notAfter(Instant.now().minus(Duration.ofDays(1)));
    }
  }

  @BeforeAll
  static void start() {
    for (Kind kind : Kind.values()) {
      TestPostgres server = TestPostgres.create("shared_buffers = 4MB");
      TestCertificate certificate = kind.certificate();
      if (certificate != null) {
        server.tls(certificate);
      }
      servers.put(kind, server.launch());
    }
    servers.values().forEach(TestPostgres::awaitReady);
    try {
      Files.writeString(directory.resolve("ca.pem"), authority.chain());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    servers.values().forEach(TestPostgres::close);
  }

  private TestProxy proxy(String mode, Kind kind, String... more) {
    ProxyFile builder =
        TestProxy.to(Objects.requireNonNull(servers.get(kind)))
            .backend("tls.mode = " + mode)
            .backend(more);
    if (mode.startsWith("verify")) {
      builder.backend("tls.ca = \"" + directory.resolve("ca.pem") + "\"");
    }
    return builder.start();
  }

  @ParameterizedTest
  @CsvSource({
    "off, PLAIN, f",
    "off, GOOD, f",
    "prefer, PLAIN, f",
    "prefer, GOOD, t",
    "prefer, OTHER_AUTHORITY, t",
    "prefer, OTHER_NAME, t",
    "prefer, EXPIRED, t",
    "require, GOOD, t",
    "require, OTHER_AUTHORITY, t",
    "require, OTHER_NAME, t",
    "require, EXPIRED, t",
    "verify-ca, GOOD, t",
    "verify-ca, OTHER_NAME, t",
    "verify-full, GOOD, t"
  })
  void takes(String mode, Kind kind, String tls) throws IOException {
    try (TestProxy proxy = proxy(mode, kind).awaitUp(1)) {
      assertThat(check(proxy).status()).isEqualTo(Status.L7OK);
      try (RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value(SSL)).isEqualTo(tls);
      }
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "require, PLAIN, 'has no TLS, which tls.mode = require asks for'",
    "verify-ca, PLAIN, 'has no TLS, which tls.mode = verify-ca asks for'",
    "verify-ca, OTHER_AUTHORITY, the certificate is signed by an unknown authority",
    "verify-ca, EXPIRED, the certificate has expired",
    "verify-full, PLAIN, 'has no TLS, which tls.mode = verify-full asks for'",
    "verify-full, OTHER_AUTHORITY, the certificate is signed by an unknown authority",
    "verify-full, OTHER_NAME, the certificate is made out for another name",
    "verify-full, EXPIRED, the certificate has expired"
  })
  void refuses(String mode, Kind kind, String reason) throws IOException {
    try (TestProxy proxy = proxy(mode, kind, "timeouts.queue = 300ms");
        RawClient client = RawClient.open(proxy.address())) {
      await().until(() -> check(proxy).status() == Status.L6RSP);
      assertThat(check(proxy).info()).startsWith(reason).doesNotContain("\n");
      assertThat(proxy.backend().activeServers()).isZero();
      client.send(RawClient.startup());
      assertThat(client.readUntil('E').getLast().fields()).containsEntry('C', "57P03");
    }
  }

  /** Where only TCP and TLS are checked. */
  @ParameterizedTest
  @CsvSource({
    "off, GOOD, L4OK",
    "prefer, PLAIN, L4OK",
    "prefer, GOOD, L6OK",
    "verify-full, GOOD, L6OK"
  })
  void aTcpCheckEndsWithTheHandshake(String mode, Kind kind, Status status) {
    try (TestProxy proxy = proxy(mode, kind, "check.type = tcp").awaitUp(1)) {
      assertThat(check(proxy).status()).isEqualTo(status);
    }
  }

  /** It hangs before its answer to an SSLRequest: the kernel has accepted the connection. */
  @ParameterizedTest
  @CsvSource({"off, L7TOUT", "require, L6TOUT"})
  void aServerThatHangsIsDown(String mode, Status status) throws IOException {
    TestPostgres hanging = Objects.requireNonNull(servers.get(Kind.GOOD));
    try (TestProxy proxy =
        proxy(mode, Kind.GOOD, "check.timeout = 300ms", "timeouts.connect = 300ms").awaitUp(1)) {
      hanging.sigstop();
      try (RawClient client = RawClient.open(proxy.address())) {
        client.send(RawClient.startup());
        await().until(() -> check(proxy).status() == status);
        hanging.sigcont();
        client.readUntil('Z');
      }
    } finally {
      hanging.sigcont();
    }
  }

  private static CheckResult check(TestProxy proxy) {
    return proxy.backend().servers().getFirst().lastCheck();
  }
}
