package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.AdminConfig;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LogConfig;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.config.ShutdownConfig;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.peers.Peers;
import org.pgdeeplake.proxy.session.Sessions;

/**
 * An admin server on a free port, over a real backend and a real demand. Who may change things is
 * {@link #USER}, until the test changes that.
 */
final class RunningAdmin implements AutoCloseable {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  static final String USER = "ops";
  static final String PASSWORD = "pässword:with colon";

  final Scene scene = new Scene();
  final Metrics metrics = new Metrics();
  final AtomicInteger shutdowns = new AtomicInteger();
  final Operations operations =
      new Operations(
          this::topology, new Sessions(), scene.demand, this::reload, shutdowns::incrementAndGet);

  /** Backends after the scene's own. */
  final List<Backend> more = new CopyOnWriteArrayList<>();

  volatile @Nullable Credentials credentials = new Credentials(USER, new Secret(PASSWORD));
  volatile CompletableFuture<ReloadResult> reloaded =
      CompletableFuture.completedFuture(new ReloadResult.Applied(List.of()));
  final AdminServer server;
  volatile boolean ready = true;

  volatile PeersConfig peersConfig = PeersConfig.OFF;

  /** Nothing that runs can be looked at. */
  volatile boolean broken;

  private final EventLoopGroup loops;
  private final Peers peers;

  RunningAdmin(Limits limits) throws BindException {
    Transport transport = Transport.select(TransportChoice.AUTO);
    loops = transport.loops("admin-test", 1);
    metrics.register(scene.frontend, scene.traffic, () -> true);
    metrics.register(scene.backend);
    metrics.register(scene.demand);
    Resolver resolver = new Resolver(transport);
    peers =
        new Peers(
            transport,
            loops.next(),
            resolver,
            operations,
            new CancelKeys(),
            new ServerConnector(transport, resolver));
    metrics.registerPeers(peers::facts);
    server = new AdminServer(loops, metrics, operations, peers, () -> ready, limits);
    try {
      server.listen(Listener.bind(new HostPort("127.0.0.1", 0), loops, transport));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Topology topology() {
    if (broken) {
      throw new IllegalStateException("broken by the test");
    }
    return new Topology(
        new ProxyConfig(
            1,
            TransportChoice.AUTO,
            java.time.Duration.ZERO,
            List.of(scene.frontend),
            List.of(scene.backend.config()),
            scene.demand.config(),
            null,
            peersConfig,
            new AdminConfig(new HostPort("127.0.0.1", 0), credentials),
            null,
            new LogConfig(LogConfig.Level.INFO, LogConfig.Format.TEXT, true),
            new ShutdownConfig(Duration.ZERO, Duration.ZERO)),
        List.of(),
        Stream.concat(Stream.of(scene.backend), more.stream()).toList());
  }

  private CompletableFuture<ReloadResult> reload(Caller caller) {
    return reloaded;
  }

  InetSocketAddress address() {
    return server.address();
  }

  RawHttp connect() throws IOException {
    return new RawHttp(server.address());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address().getPort() + path);
  }

  /**
   * @param headers names and values in turn
   */
  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  /** As somebody who has the credentials. */
  HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
    return send(method, path, "", "Authorization", basic(USER, PASSWORD));
  }

  static String basic(String user, String password) {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  @Override
  public void close() {
    server.close();
    scene.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
