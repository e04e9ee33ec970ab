package org.pgdeeplake.proxy.peers;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Who a replica is to the others.
 *
 * @param id of this process, and of no other
 * @param name for people
 */
record ReplicaName(String id, String name) {
  private static final int ID_BYTES = 8;
  private static final int LINK_BYTES = 4;
  private static final int MAX_NAME = 63;

  static ReplicaName ofProcess() {
    return new ReplicaName(random(ID_BYTES), hostName());
  }

  /** Of one of its links: of a replica with two addresses one must not end the other. */
  String nextLink() {
    return id + "-" + random(LINK_BYTES);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** A pod's name; of a process started by hand there may be none. */
  private static String hostName() {
    String name = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "");
    String plain = name.replaceAll("[^A-Za-z0-9_.:-]", "_");
    return plain.isEmpty() ? "proxy" : plain.substring(0, Math.min(MAX_NAME, plain.length()));
  }
}
