package org.pgdeeplake.manager.ingest;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** A PostgreSQL with a new database for whoever asks. */
final class TestServer implements AutoCloseable {
  private final TestData data = new TestData();
  private final int port;
  private int databases;

  TestServer() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    port = deployment.instances().getFirst().port();
  }

  Database database() throws SQLException {
    String name = "tpch" + ++databases;
    Database database = new Database(port, name);
    new Database(port, "postgres").execute("CREATE DATABASE " + name);
    return database;
  }

  @Override
  public void close() throws IOException, DeploymentFailed {
    data.close();
  }

  /** Also for a process of its own, which has the port and the name. */
  record Database(int port, String name) implements Connections {
    @Override
    public Connection open() throws SQLException {
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:"
              + port
              + "/"
              + name
              + "?sslmode=disable&gssEncMode=disable",
          "postgres",
          "");
    }

    IngestTarget target() {
      return target(this);
    }

    IngestTarget target(Connections rows) {
      return new IngestTarget(name, this, rows, (sql, _) -> ddl(sql));
    }

    private void ddl(String sql) throws DeploymentFailed {
      try {
        execute(sql);
      } catch (SQLException e) {
        throw new DeploymentFailed(sql, e);
      }
    }

    void execute(String sql) throws SQLException {
      try (Connection connection = open();
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    String query(String sql) throws SQLException {
      try (Connection connection = open();
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(sql)) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
