package org.pgdeeplake.proxy.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.pgdeeplake.proxy.support.TestPostgres;

/** An instance that runs while the tests of a class do. */
abstract class PostgresStage {
  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestPostgres postgres;

  @BeforeAll
  static void startPostgres() {
    postgres = TestPostgres.started();
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }
}
