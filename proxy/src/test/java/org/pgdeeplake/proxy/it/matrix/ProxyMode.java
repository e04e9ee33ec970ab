package org.pgdeeplake.proxy.it.matrix;

import java.util.ArrayList;
import java.util.List;

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
  String[] frontend(TlsFiles files) {
    List<String> lines = new ArrayList<>();
    lines.add("tls.mode = " + (terminates() ? "terminate" : title));
    if (terminates()) {
      lines.add("tls.certificate = \"" + files.pem() + "\"");
    }
    if (this == TERMINATE_REQUIRE) {
      lines.add("tls.require = true");
    }
    return lines.toArray(String[]::new);
  }

  /** Lines of HOCON for the backend. */
  String[] backend(boolean serverTls, TlsFiles files) {
    if (!serverTls || this == PASSTHROUGH) {
      return new String[0];
    }
    return terminates()
        ? new String[] {
          "tls { mode = verify-full, ca = \"%s\", shared-certificate = true }".formatted(files.ca())
        }
        : new String[] {"tls.mode = require"};
  }
}
