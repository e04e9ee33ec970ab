package org.pgdeeplake.proxy.faults;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.pgdeeplake.proxy.support.TestPostgres;

/**
 * Writes that clients were told are there. Each is two rows of one transaction, so that half of one
 * would show. Thread-safe.
 */
final class Ledger {
  private final List<TestPostgres> servers;
  private final List<Set<String>> acknowledged =
      List.of(ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());

  Ledger(List<TestPostgres> servers) {
    this.servers = servers;
  }

  void create() throws SQLException {
    for (TestPostgres server : servers) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("create table ledger (id text, half int)");
      }
    }
  }

  static String write(String id) {
    return "begin; insert into ledger values ('%1$s', 1); insert into ledger values ('%1$s', 2); commit"
        .formatted(id);
  }

  void acknowledged(int server, String id) {
    acknowledged.get(server).add(id);
  }

  int writes() {
    return acknowledged.stream().mapToInt(Set::size).sum();
  }

  /** Acknowledged writes that are not there, and such as are there by half or more than once. */
  Set<String> lost() throws SQLException {
    Set<String> lost = new TreeSet<>();
    for (int server = 0; server < servers.size(); server++) {
      Map<String, Integer> rows = rows(servers.get(server));
      for (String id : acknowledged.get(server)) {
        if (!rows.containsKey(id)) {
          lost.add(id + " is not there");
        }
      }
      rows.forEach((id, count) -> {
        if (count != 2) {
          lost.add(id + " has " + count + " rows");
        }
      });
    }
    return lost;
  }

  private static Map<String, Integer> rows(TestPostgres server) throws SQLException {
    // Its processes for the last sessions may take a moment to end, and had taken all its slots.
    server.awaitReady();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("select id, count(*) from ledger group by id")) {
      Map<String, Integer> rows = new HashMap<>();
      while (found.next()) {
        rows.put(found.getString(1), found.getInt(2));
      }
      return rows;
    }
  }
}
