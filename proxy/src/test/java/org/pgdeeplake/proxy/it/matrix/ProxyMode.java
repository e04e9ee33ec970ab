package org.pgdeeplake.proxy.it.matrix;

import org.pgdeeplake.proxy.support.TestTls;

/** The values of {@code tls} of a frontend that make a difference. */
enum ProxyMode {
  PASSTHROUGH("passthrough", "`tls.mode = passthrough`: encryption is between client and server."),
  TERMINATE(
      "terminate",
      "`tls.mode = terminate`: the proxy speaks TLS with clients; plain text is let in."),
  TERMINATE_REQUIRE(
      "terminate, require = true",
      "`tls { mode = terminate, require = true }`: plain text is refused."),
  OFF("off", "`tls.mode = off`: the proxy says that it has no TLS.");

  private final String title;
  private final String meaning;

  ProxyMode(String title, String meaning) {
    this.title = title;
    this.meaning = meaning;
  }

  String title() {
    return title;
  }

  String meaning() {
    return meaning;
  }

  boolean terminates() {
    return this == TERMINATE || this == TERMINATE_REQUIRE;
  }

  /** Lines of HOCON for the frontend. */
  String[] frontend(TestTls tls) {
    return switch (this) {
      case PASSTHROUGH, OFF -> new String[] {"tls.mode = " + title};
      case TERMINATE -> tls.terminate();
      case TERMINATE_REQUIRE -> tls.terminate("require = true");
    };
  }

  /** Lines of HOCON for the backend. */
  String[] backend(boolean serverTls, TestTls tls) {
    if (!serverTls || this == PASSTHROUGH) {
      return new String[0];
    }
    return terminates()
        ? new String[] {
          "tls { mode = verify-full, ca = \"%s\", shared-certificate = true }".formatted(tls.ca())
        }
        : new String[] {"tls.mode = require"};
  }
}
