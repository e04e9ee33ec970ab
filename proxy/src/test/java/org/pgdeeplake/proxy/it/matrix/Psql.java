package org.pgdeeplake.proxy.it.matrix;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pgdeeplake.proxy.it.matrix.Client.Driver;
import org.pgdeeplake.proxy.it.matrix.Outcome.Refused;
import org.pgdeeplake.proxy.it.matrix.Outcome.Row;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ConnInfo;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestTls;

/** Debian's psql with one libpq or another. */
final class Psql {
  private static final String SERVER_LEG =
      "select 'ssl=' || ssl from pg_stat_ssl where pid = pg_backend_pid()";

  /** The same in every error, and it says nothing about TLS. */
  private static final Pattern PREFIX =
      Pattern.compile("(psql: error: )?connection to server at .*?, port \\d+ failed: ");

  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

  private Psql() {}

  /** The major version of psql, which is that of its libpq. */
  static int version() {
    Matcher said = VERSION.matcher(Command.of("psql", "--version").run().out());
    if (!said.find()) {
      throw new AssertionError("psql does not tell its version");
    }
    return Integer.parseInt(said.group(1));
  }

  static Outcome connect(Client client, int port, TestTls tls, String password) {
    StringBuilder parameters =
        new StringBuilder("host=localhost hostaddr=127.0.0.1 user=postgres dbname=postgres port=")
            .append(port)
            .append(" sslmode=")
            .append(client.sslMode().text());
    if (client.sslMode().verifies()) {
      parameters.append(" sslrootcert=").append(tls.ca());
    }
    if (client.direct()) {
      parameters.append(" sslnegotiation=direct");
    }
    Command.Builder psql =
        Command.of(
                "psql", "-XAt", "-d", parameters.toString(), "-c", "\\conninfo", "-c", SERVER_LEG)
            .env("PGPASSWORD", password);
    if (client.driver() == Driver.LIBPQ_18) {
      psql.env("LD_LIBRARY_PATH", TestPostgres.libraries().toString());
    }
    return outcome(psql.run());
  }

  private static Outcome outcome(Command.Result result) {
    if (result.exitCode() != 0) {
      return new Refused(null, PREFIX.matcher(result.err()).replaceAll("").strip());
    }
    boolean yes = result.out().contains("ssl=true");
    if (yes == result.out().contains("ssl=false")) {
      throw new AssertionError("psql did not get its row: " + result);
    }
    return new Row(ConnInfo.encrypted(result.out()), yes);
  }
}
