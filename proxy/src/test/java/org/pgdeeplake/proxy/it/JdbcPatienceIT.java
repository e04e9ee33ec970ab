package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: pgjdbc waits no longer for the answer to its SSLRequest than sslResponseTimeout, of 5 s.
// Where the servers answer it (passthrough), that has to be as long as a wake; where the proxy does
// (terminate), it has its answer at once. What README's "How long clients wait" says.
class JdbcPatienceIT {
  /** In place of 5 s, and what is longer than that, and what is long. */
  private static final String SHORT = "sslResponseTimeout=300";

  private static final double LONGER_SECONDS = 1.5;
  private static final String LONG = "sslResponseTimeout=60000";

  /** Of TCP and of a handshake, not of what follows; 10 s by default. */
  private static final String CONNECT = "connectTimeout=1";

  @TempDir private Path directory;

  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final TestPostgres postgres = TestPostgres.create().tls();

  @BeforeEach
  void nothingRuns() {
    assertThat(postgres.running()).isFalse();
  }

  @AfterEach
  void close() {
    postgres.close();
    clients.close();
  }

  private Future<String> encryption(TestProxy proxy, String... parameters) {
    return clients.submit(() -> {
      try (Connection connection = proxy.connect(parameters);
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
        rows.next();
        return rows.getString(1);
      }
    });
  }

  /** The one client that waits has done so for longer than its short limit. */
  private static void awaitPatience(TestProxy proxy) {
    await("a client that waits")
        .atMost(Duration.ofSeconds(20))
        .until(() -> proxy.snapshots().stream().anyMatch(s -> s.waitedSeconds() > LONGER_SECONDS));
  }

  @Test
  void itGivesUpWhereServersAnswer() {
    try (TestProxy proxy = TestProxy.to(postgres).start()) {
      assertThatThrownBy(() -> proxy.connect("sslmode=require", SHORT).close())
          .isInstanceOf(SQLException.class);
      proxy.awaitNoSession();
    }
  }

  /** Where TLS is only preferred it comes again, without. */
  @ParameterizedTest
  @CsvSource({"require, " + LONG + ", t", "prefer, " + SHORT + ", f"})
  void unlessItIsToldToWaitOrComesAgain(String mode, String patience, String encrypted)
      throws Exception {
    try (TestProxy proxy = TestProxy.to(postgres).start()) {
      Future<String> answer = encryption(proxy, "sslmode=" + mode, patience, CONNECT);
      awaitPatience(proxy);
      postgres.start();
      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(encrypted);
    }
  }

  @Test
  void itWaitsWhereTheProxyAnswers() throws Exception {
    TestTls tls = TestTls.in(directory);
    try (TestProxy proxy = TestProxy.to(postgres).frontend(tls.terminate()).start()) {
      Future<String> answer = encryption(proxy, "sslmode=require", SHORT, CONNECT);
      awaitPatience(proxy);
      postgres.start();
      assertThat(answer.get(20, TimeUnit.SECONDS)).as("from the proxy on").isEqualTo("f");
    }
  }
}
