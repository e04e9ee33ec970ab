package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ImmediateExecutor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

/** TLS with the clients of one frontend. Any thread. */
public final class TlsAcceptor implements AutoCloseable {
  private final Loaded<ServerContexts> contexts;
  private final HandshakeMeter meter;
  private final HandshakeTurns turns;
  private final String protocol;

  private TlsAcceptor(
      Loaded<ServerContexts> contexts,
      HandshakeMeter meter,
      HandshakeTurns turns,
      String protocol) {
    this.contexts = contexts;
    this.meter = meter;
    this.turns = turns;
    this.protocol = protocol;
  }

  /** One whose handshakes are done on the channels' loops alone. */
  public static TlsAcceptor load(
      String frontend, FrontendTls config, TlsProvider provider, TlsTraffic traffic)
      throws TlsFileException {
    return load(
        frontend,
        config,
        provider,
        traffic,
        new HandshakeTurns(ImmediateExecutor.INSTANCE, Integer.MAX_VALUE));
  }

  /**
   * @param frontend its name
   * @param turns in which handshakes go
   * @throws TlsFileException where a file is missing, unreadable, not what it should be, or expired
   */
  static TlsAcceptor load(
      String frontend,
      FrontendTls config,
      TlsProvider provider,
      TlsTraffic traffic,
      HandshakeTurns turns)
      throws TlsFileException {
    String owner = "frontend " + frontend;
    return new TlsAcceptor(
        Loaded.load(
            owner,
            ServerContexts.files(config),
            files -> ServerContexts.load(owner, config, files, provider)),
        new HandshakeMeter(frontend, Side.FRONTEND, traffic),
        turns,
        ServerContexts.PROTOCOL);
  }

  /**
   * TLS with clients that speak gRPC, of the section {@link TlsEdge#SCALER}.
   *
   * @throws TlsFileException as above
   */
  static TlsAcceptor ofScaler(
      FrontendTls config, TlsProvider provider, TlsTraffic traffic, HandshakeTurns turns)
      throws TlsFileException {
    return new TlsAcceptor(
        Loaded.load(
            TlsEdge.SCALER,
            ServerContexts.files(config),
            files ->
                ServerContexts.load(TlsEdge.SCALER, config, files, provider, ServerContexts.HTTP2)),
        new HandshakeMeter(TlsEdge.SCALER, Side.SCALER, traffic),
        turns,
        ServerContexts.HTTP2);
  }

  /**
   * To be put first into the pipeline of a client's channel: takes the ClientHello, then becomes
   * Netty's SslHandler. In every case one {@code SslHandshakeCompletionEvent} tells how the
   * handshake ended; where it failed the channel is being closed by then. No timeout of its own.
   *
   * @param direct whether TLS began without an SSLRequest: ALPN is required then
   */
  public ChannelHandler newHandler(boolean direct) {
    return new ClientHelloHandler(this, direct, HandshakeTurns.NEVER);
  }

  /**
   * The same; but a handshake that has not had its turn after half of {@code limit} fails, since
   * what is left would not do for the rest of it.
   *
   * @param limit of the whole handshake, which the caller enforces
   */
  public ChannelHandler newHandler(boolean direct, Duration limit) {
    return new ClientHelloHandler(this, direct, System.nanoTime() + limit.toNanos() / 2);
  }

  /**
   * This one, but {@code listener} is told how the handshakes end that it begins. Need not be
   * closed.
   */
  public TlsAcceptor telling(Consumer<Result> listener) {
    return new TlsAcceptor(contexts, meter.telling(listener), turns, protocol);
  }

  /** What ALPN must choose. */
  String protocol() {
    return protocol;
  }

  HandshakeMeter meter() {
    return meter;
  }

  Loaded<ServerContexts> contexts() {
    return contexts;
  }

  HandshakeTurns turns() {
    return turns;
  }

  /**
   * @param tasks does what takes long
   */
  SslHandler open(ClientHello hello, ByteBufAllocator allocator, Executor tasks) {
    SslHandler handler = contexts.with(now -> now.newHandler(hello.serverName(), allocator, tasks));
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** What clients see that ask for no name. */
  public X509Certificate certificate() {
    return certificates().getFirst();
  }

  /** The leaf of every certificate that is shown, as it is now. */
  public List<X509Certificate> certificates() {
    return contexts.get().certificates();
  }

  /** No more handshakes; sessions live on. */
  @Override
  public void close() {
    contexts.close();
  }
}
