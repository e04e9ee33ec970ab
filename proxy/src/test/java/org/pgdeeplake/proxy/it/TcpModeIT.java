package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: in mode tcp nothing is looked at, and a client still waits for a server.
class TcpModeIT {
  @Test
  @NeedsProgram("psql")
  void cold() throws SQLException {
    try (TestPostgres postgres = TestPostgres.create().tls();
        TestProxy proxy = TestProxy.to(postgres).frontend("mode = tcp").start();
        Command psql = proxy.psql("select 42").env("PGSSLMODE", "require").start()) {
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(psql.await()).isEqualTo(new Command.Result(0, "42\n", ""));
      proxy.awaitNoSession();
      try (Connection connection = proxy.connect("sslmode=disable")) {
        assertThat(connection.isValid(5)).isTrue();
        assertThat(proxy.demand().opaque()).isEqualTo(1);
      }
    }
  }

  /** There is nothing that could be said in a protocol that is not known. */
  @Test
  void aRefusalIsAClose() throws IOException {
    try (ReservedPort asleep = new ReservedPort();
        TestProxy proxy =
            TestProxy.to()
                .server(asleep.address())
                .frontend("mode = tcp")
                .backend("timeouts.queue = 300ms")
                .start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      assertThat(client.read()).isNull();
    }
  }
}
