package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: no client whose session no server has taken yet ever learns that PostgreSQL crashed.
class CrashIT {
  private static final int CALLERS = 8;

  @Test
  void killedAndStartedAgainWhileClientsConnect() {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start();
        Callers callers = Callers.start(proxy, CALLERS)) {
      for (int crash = 0; crash < 3; crash++) {
        callers.awaitAnswers(50);
        postgres.kill9();
        int interrupted = callers.interrupted();
        proxy.awaitQueued(CALLERS);
        postgres.start();
        callers.awaitAnswers(50);
        assertThat(callers.interrupted())
            .as("sessions interrupted after the crash")
            .isEqualTo(interrupted);
      }
      assertThat(callers.failures()).isEmpty();
    }
  }

  /** A recovery that takes its time, in which the server answers 57P03. */
  @Test
  void recovery() throws SQLException {
    try (TestPostgres postgres =
            TestPostgres.started(
                "checkpoint_timeout = 1h", "max_wal_size = 8GB", "max_connections = 50");
        TestProxy proxy = TestProxy.to(postgres).start()) {
      dirty(postgres);
      try (Callers callers = Callers.start(proxy, CALLERS)) {
        callers.awaitAnswers(50);
        postgres.kill9();
        proxy.awaitQueued(CALLERS);
        postgres.launch();
        callers.awaitAnswers(50);
        assertThat(callers.failures()).isEmpty();
      }
      assertThat(postgres.log())
          .containsAnyOf("not yet accepting connections", "the database system is starting up");
    }
  }

  private static void dirty(TestPostgres postgres) throws SQLException {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create table t as select generate_series(1, 2000000) as i");
      statement.execute("create index on t (i)");
    }
  }
}
