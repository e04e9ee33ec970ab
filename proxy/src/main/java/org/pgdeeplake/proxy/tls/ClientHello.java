package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for: RFC 8446 section 4.1.2.
 *
 * @param serverName RFC 6066; null: it asks for none
 * @param protocols RFC 7301, the preferred first; null: it does not speak of them
 * @param session the id of a session, in hexadecimal; it has no meaning in TLS 1.3
 * @param resumes whether it offers an earlier session
 */
record ClientHello(
    @Nullable String serverName,
    @Nullable List<String> protocols,
    String session,
    boolean resumes) {
  private static final int VERSION_AND_RANDOM = 2 + 32;
  private static final int SERVER_NAME = 0;
  private static final int HOST_NAME = 0;
  private static final int ALPN = 16;
  private static final int SESSION_TICKET = 35;
  private static final int PRE_SHARED_KEY = 41;
  private static final int SUPPORTED_VERSIONS = 43;

  /** It is not a ClientHello. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      super("malformed ClientHello: " + what, null, false, false);
    }
  }

  /**
   * @param body of the handshake message, without its header; read but not released
   */
  static ClientHello parse(ByteBuf body) throws Malformed {
    skip(body, VERSION_AND_RANDOM);
    ByteBuf session = vector(body, 1);
    vector(body, 2); // cipher suites
    vector(body, 1); // compression methods
    Builder hello = new Builder();
    if (body.isReadable()) {
      ByteBuf extensions = vector(body, 2);
      while (extensions.isReadable()) {
        hello.add(number(extensions, 2), vector(extensions, 2));
      }
    }
    if (body.isReadable()) {
      throw new Malformed("more bytes than it says");
    }
    // In TLS 1.3 the session's id has no meaning (RFC 8446 appendix D.4).
    boolean byId = session.isReadable() && !hello.supportedVersions;
    return new ClientHello(
        hello.serverName, hello.protocols, ByteBufUtil.hexDump(session), hello.resumes || byId);
  }

  private static final class Builder {
    private @Nullable String serverName;
    private @Nullable List<String> protocols;
    private boolean resumes;
    private boolean supportedVersions;

    void add(int type, ByteBuf data) throws Malformed {
      switch (type) {
        case SERVER_NAME -> serverName(data);
        case ALPN -> protocols(data);
        case SESSION_TICKET -> resumes |= data.isReadable();
        case PRE_SHARED_KEY -> resumes = true;
        case SUPPORTED_VERSIONS -> supportedVersions = true;
        default -> {
          // Of no interest here.
        }
      }
    }

    private void serverName(ByteBuf data) throws Malformed {
      ByteBuf names = vector(data, 2);
      while (names.isReadable()) {
        int type = number(names, 1);
        ByteBuf name = vector(names, 2);
        if (type == HOST_NAME && serverName == null) {
          serverName = name.toString(US_ASCII);
        }
      }
    }

    private void protocols(ByteBuf data) throws Malformed {
      ByteBuf list = vector(data, 2);
      List<String> names = new ArrayList<>();
      while (list.isReadable()) {
        names.add(vector(list, 1).toString(US_ASCII));
      }
      protocols = List.copyOf(names);
    }
  }

  private static void skip(ByteBuf in, int bytes) throws Malformed {
    if (in.readableBytes() < bytes) {
      throw new Malformed("it is cut off");
    }
    in.skipBytes(bytes);
  }

  private static int number(ByteBuf in, int bytes) throws Malformed {
    if (in.readableBytes() < bytes) {
      throw new Malformed("it is cut off");
    }
    return bytes == 1 ? in.readUnsignedByte() : in.readUnsignedShort();
  }

  /** A length of so many bytes, then as many bytes as it says. */
  private static ByteBuf vector(ByteBuf in, int lengthBytes) throws Malformed {
    int length = number(in, lengthBytes);
    if (in.readableBytes() < length) {
      throw new Malformed("it is cut off");
    }
    return in.readSlice(length);
  }
}
