package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.ImmediateExecutor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

/** TLS with the servers of one backend. Any thread. */
public final class TlsConnector implements AutoCloseable {
  private final BackendTls config;
  private final Loaded<ClientContext> context;
  private final HandshakeMeter meter;
  private final Executor tasks;

  private TlsConnector(
      BackendTls config, Loaded<ClientContext> context, HandshakeMeter meter, Executor tasks) {
    this.config = config;
    this.context = context;
    this.meter = meter;
    this.tasks = tasks;
  }

  /** Of nobody in particular, and not counted. */
  public static TlsConnector load(BackendTls config, Supplier<List<X509Certificate>> frontends)
      throws TlsFileException {
    return load("", config, frontends, TlsProvider.best(), new TlsTraffic(_ -> {}));
  }

  /** One whose handshakes are done on the channels' loops alone. */
  static TlsConnector load(
      String backend,
      BackendTls config,
      Supplier<List<X509Certificate>> frontends,
      TlsProvider provider,
      TlsTraffic traffic)
      throws TlsFileException {
    return load(backend, config, frontends, provider, traffic, ImmediateExecutor.INSTANCE);
  }

  /**
   * @param backend its name
   * @param frontends the certificates that clients see, for {@code shared-certificate}
   * @param tasks does what takes long in a handshake
   * @throws TlsFileException where a file is missing, unreadable, not what it should be, or expired
   */
  static TlsConnector load(
      String backend,
      BackendTls config,
      Supplier<List<X509Certificate>> frontends,
      TlsProvider provider,
      TlsTraffic traffic,
      Executor tasks)
      throws TlsFileException {
    String owner = "backend " + backend;
    return new TlsConnector(
        config,
        Loaded.load(
            owner,
            ClientContext.files(config),
            files -> ClientContext.load(owner, config, files, frontends, provider)),
        new HandshakeMeter(backend, Side.BACKEND, traffic),
        tasks);
  }

  /**
   * This one, but {@code listener} is told how the handshakes end that it begins. Need not be
   * closed.
   */
  public TlsConnector telling(Consumer<Result> listener) {
    return new TlsConnector(config, context, meter.telling(listener), tasks);
  }

  Loaded<ClientContext> context() {
    return context;
  }

  public BackendTls.Mode mode() {
    return config.mode();
  }

  /**
   * For a channel that is connected to {@code server}, which has answered an SSLRequest with {@code
   * S}. Begins the handshake when it is added; no timeout of its own. Fails where the server's
   * certificate is not what {@link #mode} asks for. Not with mode OFF.
   */
  public SslHandler newHandler(ByteBufAllocator allocator, HostPort server) {
    SslHandler handler =
        context.with(
            now -> now.context().newHandler(allocator, server.host(), server.port(), tasks));
    handler.setHandshakeTimeoutMillis(0);
    askForName(handler, server.host());
    meter.watch(handler, System.nanoTime(), false, () -> PeerTrust.resumed(handler.engine()));
    return handler;
  }

  /** Netty and Java ask only for names with a dot; libpq does for all. */
  private static void askForName(SslHandler handler, String host) {
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      return;
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    try {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      handler.engine().setSSLParameters(parameters);
    } catch (IllegalArgumentException _) {
      // Java does not ask for such a name, as one with an underscore; then for none.
    }
  }

  /** What is shown to servers that ask, as it is now; empty where nothing is. */
  List<X509Certificate> certificates() {
    return context.get().certificates();
  }

  /** No more handshakes; sessions live on. */
  @Override
  public void close() {
    context.close();
  }
}
