package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: where the proxy has TLS with the server, a client in plain text logs in as if it had none,
// and a client that has its own reaches the server with it.
@Tag("long")
class ServerTlsLoginIT extends ServerTlsStage {
  private static final byte[] GSSENC_REQUEST =
      ByteBuffer.allocate(8).putInt(8).putInt(80_877_104).array();

  @ParameterizedTest
  @CsvSource({"disable, passthrough", "disable, off", "prefer, off", "allow, passthrough"})
  @NeedsProgram("psql")
  void psqlInPlainTextLogsInWithScram(String sslmode, String frontend) {
    try (TestProxy proxy =
        TestProxy.to(scram)
            .frontend("tls.mode = " + frontend)
            .backend("tls.mode = require")
            .start()) {
      Command.Result result =
          proxy.psql(SSL).env("PGSSLMODE", sslmode).env("PGPASSWORD", PASSWORD).run();
      assertThat(result).isEqualTo(new Command.Result(0, "t\n", ""));
      assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  @Test
  void pgjdbcInPlainTextLogsInWithScram() throws SQLException {
    try (TestProxy proxy = requiringTls(scram);
        Connection connection = proxy.connect("sslmode=disable", "password=" + PASSWORD)) {
      assertThat(value(connection, SSL)).isEqualTo("t");
    }
  }

  /** Also behind NegotiateProtocolVersion, which answers an option that nobody knows. */
  @ParameterizedTest
  @ValueSource(strings = {"application_name", "_pq_.unknown"})
  void nobodyInPlainTextIsOfferedChannelBinding(String parameter) throws IOException {
    try (TestProxy proxy = requiringTls(scram);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup(parameter, "x"));
      List<RawClient.Message> answer = client.readUntil('R');
      assertThat(answer).hasSize(parameter.startsWith("_pq_") ? 2 : 1);
      assertThat(new String(answer.getLast().body(), StandardCharsets.ISO_8859_1))
          .isEqualTo("\0\0\0\nSCRAM-SHA-256\0\0");
    }
  }

  @Test
  void aWrongPasswordIsTheClientsOwn() throws IOException {
    try (TestProxy proxy = requiringTls(scram)) {
      assertThat(proxy.psql(SSL).env("PGSSLMODE", "disable").env("PGPASSWORD", "no").run().err())
          .contains("password authentication failed");
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  /** Its SSLRequest goes on as it is; what it binds to is the server's own certificate. */
  @Test
  void aClientsOwnTlsReachesTheServer() throws SQLException {
    try (TestProxy proxy = requiringTls(scram);
        Connection connection =
            proxy.connect("sslmode=require", "channelBinding=require", "password=" + PASSWORD)) {
      assertThat(value(connection, SSL)).isEqualTo("t");
      assertThat(proxy.demand().opaque()).isEqualTo(1);
    }
  }

  @Test
  void plainTextBehindAnAnswerNGetsTheProxysTls() throws IOException {
    try (TestProxy proxy = requiringTls(trusting);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(GSSENC_REQUEST);
      assertThat(client.readByte()).isEqualTo('N');
      client.send(RawClient.startup());
      client.readUntil('Z');
      assertThat(client.value(SSL)).isEqualTo("t");
      assertThat(proxy.backend().assigned()).isEqualTo(1);
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  /** The same where the server has no TLS: then the second connection is in plain text too. */
  @Test
  @NeedsProgram("psql")
  void preferOnBothSidesOfAServerWithoutTls() {
    try (TestPostgres plain = TestPostgres.started();
        TestProxy proxy = TestProxy.to(plain).backend("tls.mode = prefer").start()) {
      assertThat(proxy.psql(SSL).env("PGSSLMODE", "prefer").run())
          .isEqualTo(new Command.Result(0, "f\n", ""));
      assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  @Test
  void aServerThatTakesNobodyWithoutTls() {
    try (TestProxy proxy = TestProxy.to(trusting).start()) {
      await().until(() -> check(proxy).status() == Status.L7RSP);
      assertThat(check(proxy).info()).startsWith("FATAL 28000: no pg_hba.conf entry");
    }
    try (TestProxy proxy = requiringTls(trusting)) {
      assertThat(check(proxy).status()).isEqualTo(Status.L7OK);
    }
  }

  /** PostgreSQL lets the handshake pass, and says so where it says who may log in. */
  @Test
  void aServerThatWantsACertificateWeDoNotHave() throws IOException {
    try (TestPostgres wanting =
            TestPostgres.create("ssl_ca_file = 'server.crt'")
                .hba("hostssl all all all trust clientcert=verify-full")
                .tls()
                .launch();
        TestProxy proxy =
            TestProxy.to(wanting).backend("tls.mode = require", "timeouts.queue = 2s").start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      assertThat(client.readUntil('E').getLast().fields()).containsEntry('C', "57P03");
      assertThat(check(proxy).info()).contains("28000").contains("certificate");
    }
  }
}
