package org.pgdeeplake.proxy.it.matrix;

import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.it.matrix.Outcome.Refused;
import org.pgdeeplake.proxy.it.matrix.Outcome.Row;
import org.pgdeeplake.proxy.support.TestTls;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/** pgjdbc. */
final class Pgjdbc {
  /** pgjdbc does not tell whether it uses TLS; the last TLS socket of its thread does. */
  private static final ThreadLocal<@Nullable Socket> LAST = new ThreadLocal<>();

  private Pgjdbc() {}

  /** Its default factory, watched. pgjdbc makes it itself. */
  public static final class WatchedFactory extends LibPQFactory {
    public WatchedFactory(Properties properties) throws PSQLException {
      super(properties);
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
        throws IOException {
      Socket socket = super.createSocket(plain, host, port, autoClose);
      LAST.set(socket);
      return socket;
    }
  }

  static Outcome connect(Client client, int port, TestTls tls, String password) {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("password", password);
    properties.setProperty("sslmode", client.sslMode().text());
    properties.setProperty("sslfactory", WatchedFactory.class.getName());
    if (client.sslMode().verifies()) {
      properties.setProperty("sslrootcert", tls.ca().toString());
    }
    if (client.direct()) {
      properties.setProperty("sslNegotiation", "direct");
    }
    LAST.remove();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + port + "/postgres", properties);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
      rows.next();
      return new Row(
          LAST.get() instanceof SSLSocket socket && !socket.isClosed(), rows.getBoolean(1));
    } catch (SQLException e) {
      return new Refused(e.getSQLState(), String.valueOf(e.getMessage()));
    }
  }
}
