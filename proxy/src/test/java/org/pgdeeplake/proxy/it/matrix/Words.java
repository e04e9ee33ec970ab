package org.pgdeeplake.proxy.it.matrix;

import org.assertj.core.api.SoftAssertions;
import org.pgdeeplake.proxy.it.matrix.Client.Driver;
import org.pgdeeplake.proxy.it.matrix.Oracle.Cause;
import org.pgdeeplake.proxy.it.matrix.Outcome.Refused;

/** The essential part of each error in each client's words. */
final class Words {
  private static final String NO_SERVER = "the database did not become available within 2 s";
  private static final String TLS_REQUIRED = "no encryption: this server requires TLS";

  private Words() {}

  static void check(SoftAssertions all, Cell cell, Cause cause, Refused refused) {
    if (cell.client().driver() == Driver.PGJDBC) {
      all.assertThat(refused.sqlState()).as("SQLSTATE of %s", cell).isEqualTo(pgjdbcState(cause));
      all.assertThat(refused.text()).as("%s", cell).contains(pgjdbc(cause));
    } else {
      all.assertThat(refused.text()).as("%s", cell).contains(libpq(cause));
    }
  }

  private static String libpq(Cause cause) {
    return switch (cause) {
      case NO_SERVER -> "FATAL:  " + NO_SERVER;
      case TLS_REQUIRED -> "FATAL:  " + TLS_REQUIRED;
      case NO_TLS -> "server does not support SSL, but SSL was required";
      case DIRECT_TLS_REFUSED -> "SSL error: ";
    };
  }

  private static String pgjdbc(Cause cause) {
    return switch (cause) {
      case NO_SERVER -> "FATAL: " + NO_SERVER;
      case TLS_REQUIRED -> "FATAL: " + TLS_REQUIRED;
      case NO_TLS -> "The server does not support SSL.";
      case DIRECT_TLS_REFUSED -> "SSL error: ";
    };
  }

  private static String pgjdbcState(Cause cause) {
    return switch (cause) {
      case NO_SERVER -> "57P03";
      case TLS_REQUIRED -> "28000";
      case NO_TLS -> "08004";
      case DIRECT_TLS_REFUSED -> "08006";
    };
  }
}
