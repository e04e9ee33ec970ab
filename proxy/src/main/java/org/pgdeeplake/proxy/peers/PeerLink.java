package org.pgdeeplake.proxy.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address at which a replica is, or could be: a connection at a time, on which it tells its
 * state line by line. Confined to its loop.
 */
final class PeerLink {
  static final String PATH = "/api/v1/peers/stream";
  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);

  /** How it stands with the address. */
  enum Status {
    /** No connection; one is tried at the next beat. */
    DOWN,
    CONNECTING,
    /** The replica has proved itself and goes on telling. */
    LIVE,
    /** This very replica. */
    SELF,
    /** A replica that is heard at another address. */
    ALIAS
  }

  /** Who makes something of what is heard. */
  interface Listener {
    /** Returns how it stands with the link now: LIVE, SELF or ALIAS. */
    Status heard(PeerLink link, PeerState state);

    /** A link that was live is not so any more. */
    void lost(PeerLink link, String why);
  }

  private final InetSocketAddress address;
  private final PeerHttp http;
  private final Listener listener;
  private final String self;
  private Status status = Status.DOWN;
  private boolean tried;

  /** Whose it is; empty until it has said so. */
  private String id = "";

  private long lastNanos;
  private @Nullable Connection connection;

  /** What the log knows of why there is no connection. */
  private String told = "";

  /**
   * @param self by which the replica there knows this reader
   */
  PeerLink(InetSocketAddress address, String self, PeerHttp http, Listener listener) {
    this.address = address;
    this.self = self;
    this.http = http;
    this.listener = listener;
  }

  InetSocketAddress address() {
    return address;
  }

  Status status() {
    return status;
  }

  String id() {
    return id;
  }

  /** Whether it is known what is there, or that nothing is. */
  boolean tried() {
    return tried;
  }

  /** Connects, if there is no connection. */
  void connect(Signature signature, Duration limit) {
    if (status != Status.DOWN) {
      return;
    }
    status = Status.CONNECTING;
    lastNanos = System.nanoTime();
    Connection next = new Connection(signature);
    connection = next;
    next.authorization =
        http.send(address, signature, "GET", PATH + "?from=" + self, "", limit, next, next::failed);
  }

  /** Gives up what has been silent for so long. */
  void check(Duration limit) {
    Connection now = connection;
    if (now != null && System.nanoTime() - lastNanos > limit.toNanos()) {
      now.failed("no word for " + limit.toMillis() + " ms");
    }
  }

  /** Whoever was heard elsewhere is not any more: this address may be all there is. */
  void retry() {
    status = Status.DOWN;
  }

  void close() {
    Connection now = connection;
    connection = null;
    status = Status.DOWN;
    if (now != null) {
      now.end();
    }
  }

  /** Its lines. */
  private final class Connection extends SimpleChannelInboundHandler<HttpObject> {
    private final Signature signature;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    @Nullable Authorization authorization;
    private @Nullable ChannelHandlerContext ctx;

    Connection(Signature signature) {
      this.signature = signature;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      ctx = context;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (message instanceof HttpResponse response) {
        int code = response.status().code();
        if (code != 200) {
          failed(reason(code));
          return;
        }
      }
      if (message instanceof HttpContent content) {
        read(content.content());
      }
      if (message instanceof LastHttpContent) {
        failed("it has ended the stream");
      }
    }

    private static String reason(int code) {
      return switch (code) {
        case 401 -> "it refuses this one: the secrets or the clocks differ";
        case 404 -> "it has no peers";
        default -> "it answers " + code;
      };
    }

    private void read(ByteBuf bytes) {
      while (bytes.isReadable() && connection == this) {
        int end = bytes.indexOf(bytes.readerIndex(), bytes.writerIndex(), (byte) '\n');
        int length = (end < 0 ? bytes.writerIndex() : end) - bytes.readerIndex();
        if (line.size() + length > StateLine.MAX_CHARS) {
          failed("its line is longer than " + StateLine.MAX_CHARS + " bytes");
          return;
        }
        byte[] part = new byte[length];
        bytes.readBytes(part);
        line.writeBytes(part);
        if (end >= 0) {
          bytes.skipBytes(1);
          String text = line.toString(UTF_8);
          line.reset();
          line(text);
        }
      }
    }

    private void line(String signed) {
      try {
        PeerState state = StateLine.parse(SignedLine.open(signed, signature, nonce()));
        lastNanos = System.nanoTime();
        id = state.id();
        told = "";
        status = listener.heard(PeerLink.this, state);
        tried = true;
        if (status != Status.LIVE) {
          connection = null;
          end();
        }
      } catch (StateLine.BadLine e) {
        failed("its line " + e.getMessage());
      }
    }

    private String nonce() {
      return authorization == null ? "" : authorization.nonce();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      failed("it has closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failed(String.valueOf(cause.getMessage()));
    }

    /** There is no connection, or no more. */
    void failed(String why) {
      if (connection != this) {
        return;
      }
      connection = null;
      boolean live = status == Status.LIVE;
      status = Status.DOWN;
      tried = true;
      end();
      if (live) {
        listener.lost(PeerLink.this, why);
      } else if (!why.equals(told)) {
        told = why;
        log.warn("no peer at {}:{}: {}", address.getHostString(), address.getPort(), why);
      }
    }

    private void end() {
      if (ctx != null) {
        var _ = ctx.close();
      }
    }
  }
}
