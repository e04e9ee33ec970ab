package org.pgdeeplake.proxy.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.pgdeeplake.proxy.support.TestPostgres;

/** Two instances that run while the tests of a class do. */
abstract class TwoPostgresStage {
  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestPostgres first;

  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestPostgres second;

  @BeforeAll
  static void startPostgres() {
    first = TestPostgres.create().launch();
    second = TestPostgres.create().launch();
    first.awaitReady();
    second.awaitReady();
  }

  @AfterAll
  static void stopPostgres() {
    first.close();
    second.close();
  }
}
