package org.pgdeeplake.proxy.support;

import java.util.regex.Pattern;

/** What psql says to {@code \\conninfo}. */
public final class ConnInfo {
  private static final Pattern ENCRYPTED =
      Pattern.compile("SSL connection \\(protocol: TLSv1\\.|SSL Connection *\\| *(true|yes|on)\\b");

  private ConnInfo() {}

  /** Whether the connection is encrypted: one sentence up to psql 17, a table from 18 on. */
  public static boolean encrypted(String said) {
    return ENCRYPTED.matcher(said).find();
  }
}
