package org.pgdeeplake.manager.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Of {@code proxy.admin.stats}. */
public record ProxyCredentials(String user, String password) {
  /** RFC 7617. */
  String header() {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /** A record's own would print the password. */
  @Override
  public String toString() {
    return "credentials of " + user;
  }
}
