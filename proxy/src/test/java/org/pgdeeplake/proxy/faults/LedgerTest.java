package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.TestPostgres;

// Rule: an acknowledged write that is not there, or not whole, is found.
class LedgerTest {
  @Test
  void findsWhatIsMissing() throws SQLException {
    try (TestPostgres first = TestPostgres.started();
        TestPostgres second = TestPostgres.started()) {
      Ledger ledger = new Ledger(List.of(first, second));
      ledger.create();
      try (Connection connection = first.connect();
          Statement statement = connection.createStatement()) {
        statement.execute(Ledger.write("whole"));
        statement.execute("insert into ledger values ('half', 1)");
      }
      ledger.acknowledged(0, "whole");
      assertThat(ledger.lost()).containsExactly("half has 1 rows");

      ledger.acknowledged(1, "whole");
      assertThat(ledger.lost()).containsExactly("half has 1 rows", "whole is not there");
      assertThat(ledger.writes()).isEqualTo(2);
    }
  }
}
