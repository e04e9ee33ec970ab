package org.pgdeeplake.proxy.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A password. Its text shows nowhere by accident: it is not part of {@link #toString}.
 *
 * @param value never empty
 */
public record Secret(String value) {

  /** Whether they are the same; takes as long for every text of one length. */
  public boolean matches(String text) {
    return MessageDigest.isEqual(
        value.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "***";
  }
}
