package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.tls.TlsFileException;

/** A server that a test plays by hand, and the proxy's attempts to connect to it. */
final class ConnectorStage implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(20);

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("test", 1);
  private final Resolver resolver = new Resolver(transport);
  private final ServerSocket listener;
  final Owner owner = new Owner();
  private @Nullable TlsConnector tls;

  ConnectorStage() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listener.setSoTimeout((int) LONG.toMillis());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    resolver.close();
    if (tls != null) {
      tls.close();
    }
  }

  /** Collects what the owner of a connection sees. */
  static final class Owner extends ChannelInboundHandlerAdapter {
    final Queue<Object> events = new ConcurrentLinkedQueue<>();
    final CompletableFuture<String> read = new CompletableFuture<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf chunk = (ByteBuf) message;
      String text = chunk.toString(StandardCharsets.ISO_8859_1);
      chunk.release();
      events.add(text);
      read.complete(text);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(cause);
    }
  }

  CompletableFuture<Outcome> connect(
      @Nullable Mode mode, @Nullable ProxyHeader header, Duration limit) throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    var _ = attempt(mode, header, limit, outcome);
    return outcome;
  }

  ServerConnector.Attempt attempt(
      @Nullable Mode mode,
      @Nullable ProxyHeader header,
      Duration limit,
      CompletableFuture<Outcome> outcome)
      throws Exception {
    HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
    Destination destination = new Destination(address, mode == null ? null : tls(mode), header);
    var loop = loops.next();
    return loop.submit(() ->
            new ServerConnector(transport, resolver)
                .connect(
                    destination,
                    loop,
                    limit,
                    owner,
                    result -> assertThat(outcome.complete(result)).as("told once").isTrue()))
        .get(10, TimeUnit.SECONDS);
  }

  /** Runs it where attempts run, and waits for it. */
  void onLoop(Runnable task) throws Exception {
    loops.submit(task).get(10, TimeUnit.SECONDS);
  }

  private TlsConnector tls(Mode mode) throws TlsFileException {
    tls =
        TlsConnector.load(new BackendTls(mode, null, false, null, "TLSv1.2", List.of()), List::of);
    return tls;
  }

  static SSLSocket tls(Socket server) throws Exception {
    SSLSocket tls = tlsSocket(server);
    tls.startHandshake();
    return tls;
  }

  static SSLSocket tlsSocket(Socket server) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        TestCertificate.authority("ca").issue().bundle().toKeyManagerFactory().getKeyManagers(),
        null,
        null);
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(server, null, false);
    tls.setUseClientMode(false);
    return tls;
  }

  /** A connection, whatever it begins with. */
  Socket acceptAny() throws IOException {
    Socket server = listener.accept();
    server.setSoTimeout((int) LONG.toMillis());
    return server;
  }

  /** A connection that has begun with an SSLRequest. */
  Socket accept() throws IOException {
    Socket server = acceptAny();
    assertThat(server.getInputStream().readNBytes(8)).isEqualTo(StartupBytes.sslRequest());
    return server;
  }

  static void say(Socket server, String bytes) throws IOException {
    OutputStream out = server.getOutputStream();
    out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** The proxy has closed its end. */
  static void awaitEnd(Socket server) {
    if (!server.isClosed()) {
      try {
        server.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A reset is an end too.
        assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
      }
    }
  }

  static Outcome within(CompletableFuture<Outcome> outcome) throws Exception {
    return outcome.get(10, TimeUnit.SECONDS);
  }
}
