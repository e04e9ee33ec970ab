package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: whoever waits is served, all of them, first come first.
class HerdIT {
  private static final int HERD = 500;
  private static final int LINE = 60;

  @Test
  void everyOneOfFiveHundredWaitersIsServed()
      throws InterruptedException, ExecutionException, SQLException {
    try (TestPostgres postgres = TestPostgres.create("max_connections = 600");
        TestProxy proxy = TestProxy.to(postgres).start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch served = new CountDownLatch(HERD);
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < HERD; i++) {
        int number = i;
        answers.add(threads.submit(() -> ask(proxy, number, served)));
      }
      proxy.awaitQueued(HERD);
      assertThat(proxy.demand().waiting()).isEqualTo(HERD);
      postgres.start();
      for (int i = 0; i < HERD; i++) {
        assertThat(answers.get(i).get()).isEqualTo(String.valueOf(i));
      }
      assertThat(proxy.backend().maxSessions()).isEqualTo(HERD);
      proxy.awaitNoSession();
    }
  }

  /** Stays until all the others are served too: nobody lives off a slot that another gave back. */
  private static String ask(TestProxy proxy, int number, CountDownLatch served)
      throws SQLException, InterruptedException {
    // With TLS preferred, pgjdbc comes a second time where the answer takes more than five seconds.
    try (Connection connection = proxy.connect("sslmode=disable");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select " + number)) {
      rows.next();
      served.countDown();
      served.await();
      return rows.getString(1);
    }
  }

  @Test
  void theOrderOfArrivalIsTheOrderOfService() throws IOException, SQLException {
    List<RawClient> clients = new ArrayList<>();
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).backend("queue.release-concurrency = 1").start()) {
      List<String> arrival = new ArrayList<>();
      for (int i = 0; i < LINE; i++) {
        String name = "client-%02d".formatted(i);
        RawClient client = RawClient.open(proxy.address());
        client.send(RawClient.startup("application_name", name));
        proxy.awaitQueued(i + 1);
        arrival.add(name);
        clients.add(client);
      }
      postgres.start();
      for (RawClient client : clients) {
        client.readUntil('Z');
      }
      assertThat(served(postgres)).isEqualTo(arrival);
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  private static List<String> served(TestPostgres postgres) throws SQLException {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select application_name from pg_stat_activity"
                    + " where application_name like 'client-%' order by backend_start")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }
}
