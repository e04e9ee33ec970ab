package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.demand.NoWake;

/**
 * Waits for the header in which a load balancer says whose connection it passes on (PROXY protocol,
 * versions 1 and 2). Until then nobody's limits apply.
 */
final class AwaitingProxyHeader extends SessionState {
  private final long startNanos = System.nanoTime();

  AwaitingProxyHeader(Session session) {
    super(session);
  }

  /** Whether connections from that address begin with a header. */
  static boolean isDue(FrontendConfig frontend, InetAddress from) {
    return frontend.acceptProxyProtocol().stream().anyMatch(network -> network.contains(from));
  }

  @Override
  void enter() {
    session.startTimer(limitNanos(), this::timedOut);
    session.client().pipeline().addFirst(new HAProxyMessageDecoder());
    session.client().pipeline().addFirst(new ProxyHeaderSignature());
  }

  private long limitNanos() {
    return session.services().frontend().timeouts().startup().toNanos();
  }

  @Override
  void onProxyHeader(HAProxyMessage header) {
    try {
      if (header.command() == HAProxyCommand.LOCAL) {
        session.probes(NoWake.PROXY_LOCAL, Refusals.asleepForBalancer());
      } else {
        InetSocketAddress source = source(header);
        if (source != null) {
          session.record().client = source;
          session.record().destination =
              address(header.destinationAddress(), header.destinationPort());
        }
      }
    } catch (IllegalArgumentException e) {
      onUndecodable(e);
      return;
    } finally {
      header.release();
    }
    session.admit();
    session.transition(
        new AwaitingStartup(session, limitNanos() - (System.nanoTime() - startNanos)));
  }

  /** Null where the header does not say: the socket's own address counts then. */
  private static @Nullable InetSocketAddress source(HAProxyMessage header) {
    return switch (header.proxiedProtocol()) {
      case TCP4, TCP6 -> address(header.sourceAddress(), header.sourcePort());
      case UNKNOWN, UDP4, UDP6, UNIX_STREAM, UNIX_DGRAM -> null;
    };
  }

  private static InetSocketAddress address(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  /** HAProxy closes without a word. */
  @Override
  void onUndecodable(Throwable cause) {
    log("Received something which does not look like a PROXY protocol header");
    boolean client = cause instanceof ProxyHeaderSignature.Missing;
    if (client && session.services().frontend().mode() == Mode.POSTGRES) {
      session.refuse(CloseReason.PROTOCOL_ERROR, Refusals.noProxyHeader());
    } else {
      session.transition(new Closed(session, CloseReason.PROTOCOL_ERROR));
    }
  }

  private void timedOut() {
    log("Timeout while waiting for PROXY protocol header");
    session.transition(new Closed(session, CloseReason.STARTUP_TIMEOUT));
  }

  private void log(String what) {
    session.end().failed(what);
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
    throw new IllegalStateException("bytes come before the PROXY protocol header");
  }

  /** Without a word, as TCP probes do. */
  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_STARTUP));
  }

  @Override
  void onStop(CloseReason reason) {
    session.transition(new Closed(session, reason));
  }
}
