package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupDecoder;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;
import org.pgdeeplake.proxy.postgres.StartupPacket;

/**
 * A client's startup packets, one after the other, and the bytes behind them. Each request for
 * encryption may come once, and nothing may come behind it before its answer: it could have been
 * put there by somebody in between (CVE-2021-23214). Confined to its session's event loop.
 */
final class StartupReader {
  private static final byte[] HTTP_METHODS_FIRST = {'G', 'P', 'H', 'D', 'O', 'C', 'T'};

  private final HeldBytes held = new HeldBytes();
  private final HeldMemory memory;
  private int accounted;
  private boolean first = true;
  private boolean tlsRequested;
  private boolean gssRequested;
  private boolean encrypted;

  /**
   * @param memory of which what is held takes some
   */
  StartupReader(HeldMemory memory) {
    this.memory = memory;
  }

  /** Takes the chunk over. */
  void append(ByteBuf chunk) {
    held.append(chunk);
    account();
  }

  /** What is held has gone its way, or will not. */
  void clear() {
    held.clear();
    account();
  }

  private void account() {
    int now = held.capacity();
    memory.add(now - accounted);
    accounted = now;
  }

  private byte[] takeBytes(int length) {
    byte[] taken = held.take(length);
    account();
    return taken;
  }

  /** Everything that is held: what has not been taken by {@link #take}. */
  HeldBytes held() {
    return held;
  }

  Result next() {
    Result result = StartupDecoder.decode(held.view(), first);
    if (!(result instanceof Result.Decoded(StartupPacket packet, int length))) {
      return result;
    }
    return switch (packet) {
      case StartupPacket.SslRequest() when encrypted ->
          new Result.Malformed(Refusals.insideTls("SSLRequest"));
      case StartupPacket.GssEncRequest() when encrypted ->
          new Result.Malformed(Refusals.insideTls("GSSENCRequest"));
      case StartupPacket.SslRequest() when tlsRequested ->
          new Result.Malformed(Refusals.repeated("SSLRequest"));
      case StartupPacket.GssEncRequest() when gssRequested ->
          new Result.Malformed(Refusals.repeated("GSSENCRequest"));
      case StartupPacket.SslRequest() when held.size() > length ->
          new Result.Malformed(Refusals.unencryptedData("SSL request"));
      case StartupPacket.GssEncRequest() when held.size() > length ->
          new Result.Malformed(Refusals.unencryptedData("GSSAPI encryption request"));
      default -> result;
    };
  }

  /** Removes a packet that {@link #next} returned, and returns its bytes. */
  byte[] take(Result.Decoded decoded) {
    first = false;
    switch (decoded.packet()) {
      case StartupPacket.SslRequest() -> tlsRequested = true;
      case StartupPacket.GssEncRequest() -> gssRequested = true;
      default -> {}
    }
    return takeBytes(decoded.length());
  }

  /**
   * From here on it reads what TLS has decrypted.
   *
   * @return what came of the handshake with the first packet
   */
  byte[] beginTls() {
    encrypted = true;
    return takeBytes(held.size());
  }

  /** Whether what came is the beginning of TLS without an SSLRequest. */
  boolean looksLikeTls() {
    return first && StartupDecoder.beginsTls(held.view());
  }

  /** Whether what came looks like an HTTP request, and not like a PROXY protocol header. */
  boolean looksLikeHttp() {
    ByteBuf view = held.view();
    if (view.readableBytes() < 4) {
      return false;
    }
    byte start = view.getByte(0);
    boolean method = false;
    for (byte candidate : HTTP_METHODS_FIRST) {
      method |= candidate == start;
    }
    byte second = view.getByte(1);
    boolean proxy = view.getByte(2) == 'O' && view.getByte(3) == 'X';
    return method && second >= 'A' && second <= 'Z' && !proxy;
  }

  static ErrorResponse stuffed() {
    return Refusals.unencryptedData("encryption request");
  }
}
