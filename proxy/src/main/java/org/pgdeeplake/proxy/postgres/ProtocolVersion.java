package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a server says to a client that asks for more than it knows (PostgreSQL manual, 54.2.1). */
public final class ProtocolVersion {
  /** Of protocol version 3, as PostgreSQL 18. */
  public static final int NEWEST_MINOR = 2;

  /** How the names of protocol options begin. */
  private static final String OPTION = "_pq_.";

  private ProtocolVersion() {}

  /**
   * @param packet a whole StartupMessage with its length; the reader index is not moved
   * @return the options that are not understood, for NegotiateProtocolVersion; empty where the
   *     client needs none
   */
  public static Optional<List<String>> negotiation(int minor, ByteBuf packet) {
    List<String> unknown = new ArrayList<>();
    ByteBuf parameters = packet.slice();
    parameters.skipBytes(2 * Integer.BYTES);
    boolean name = true;
    int length = parameters.bytesBefore((byte) 0);
    while (length >= 0) {
      String text = parameters.toString(parameters.readerIndex(), length, StandardCharsets.UTF_8);
      if (name && text.startsWith(OPTION)) {
        unknown.add(text);
      }
      name = !name;
      parameters.skipBytes(length + 1);
      length = parameters.bytesBefore((byte) 0);
    }
    return minor > NEWEST_MINOR || !unknown.isEmpty() ? Optional.of(unknown) : Optional.empty();
  }
}
