package org.pgdeeplake.proxy.it;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

/** Two instances that take nobody without TLS. */
abstract class ServerTlsStage {
  static final String SSL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  static final String PASSWORD = "secret";

  /** Takes nobody without TLS and a password. */
  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestPostgres scram;

  /** Takes nobody without TLS. */
  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestPostgres trusting;

  @BeforeAll
  static void start() {
    scram =
        TestPostgres.create()
            .scram(PASSWORD)
            .hba("hostssl all all all scram-sha-256")
            .tls()
            .launch();
    trusting = TestPostgres.create().hba("hostssl all all all trust").tls().launch();
    scram.awaitReady();
    trusting.awaitReady();
  }

  @AfterAll
  static void stop() {
    scram.close();
    trusting.close();
  }

  static TestProxy requiringTls(TestPostgres server) {
    return TestProxy.to(server).backend("tls.mode = require").start().awaitUp(1);
  }

  static CheckResult check(TestProxy proxy) {
    return proxy.backend().servers().getFirst().lastCheck();
  }

  static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
