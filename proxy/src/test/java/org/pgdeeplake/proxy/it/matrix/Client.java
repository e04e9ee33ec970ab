package org.pgdeeplake.proxy.it.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pgdeeplake.proxy.support.TestTls;

/**
 * A client as its user configures it.
 *
 * @param direct {@code sslnegotiation=direct}: TLS without an SSLRequest
 */
record Client(Driver driver, SslMode sslMode, boolean direct) {
  /** The libraries. */
  enum Driver {
    /** That of the distribution. */
    LIBPQ("libpq"),
    /** That which comes with PostgreSQL 18, under the same psql. */
    LIBPQ_18("libpq 18"),
    PGJDBC("pgjdbc");

    private final String title;

    Driver(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    boolean isLibpq() {
      return this != PGJDBC;
    }
  }

  /** PostgreSQL's {@code sslmode}. */
  enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean verifies() {
      return this == VERIFY_CA || this == VERIFY_FULL;
    }
  }

  static List<Client> all() {
    List<Client> all = new ArrayList<>();
    for (SslMode mode : SslMode.values()) {
      all.add(new Client(Driver.LIBPQ, mode, false));
    }
    all.add(new Client(Driver.LIBPQ_18, SslMode.PREFER, false));
    all.add(new Client(Driver.LIBPQ_18, SslMode.REQUIRE, true));
    for (SslMode mode :
        List.of(SslMode.DISABLE, SslMode.PREFER, SslMode.REQUIRE, SslMode.VERIFY_FULL)) {
      all.add(new Client(Driver.PGJDBC, mode, false));
    }
    all.add(new Client(Driver.PGJDBC, SslMode.REQUIRE, true));
    return List.copyOf(all);
  }

  /**
   * Tries to get a row from the proxy. Blocks until it has one or an error.
   *
   * @param port of the proxy
   * @param tls whom the client trusts
   */
  Outcome connect(int port, TestTls tls, String password) {
    return driver.isLibpq()
        ? Psql.connect(this, port, tls, password)
        : Pgjdbc.connect(this, port, tls, password);
  }
}
