package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A stand-in for the part of an API server that the manager uses, over real HTTPS and WebSockets:
 * the objects of an {@link ApiStore} in one namespace, {@code deeplake}, and port-forwards. Who has
 * not the token of its kubeconfig gets 401.
 */
final class ApiServerStandIn implements AutoCloseable {
  static final String TOKEN = "token-of-operator";
  static final String NAMESPACE = "deeplake";
  private static final int LONGEST_REQUEST = 64 * 1024;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final X509Bundle certificate;
  private final Channel listener;
  final ApiStore store = new ApiStore();
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final Map<String, String> forbidden = new ConcurrentHashMap<>();
  private final Map<String, String> failures = new ConcurrentHashMap<>();
  private final Map<String, String> failOnce = new ConcurrentHashMap<>();

  /** What requests were for, such as {@code get pods}. */
  final Set<String> asked = new ConcurrentSkipListSet<>();

  /** Of Secrets, such as {@code get pg-deeplake}. */
  final Set<String> askedSecrets = new ConcurrentSkipListSet<>();

  /** Runs once, before the next patch that is no dry run: another is quicker. */
  final AtomicReference<Runnable> beforePatch = new AtomicReference<>(() -> {});

  /** Field managers of the patches. */
  final Set<String> managers = new ConcurrentSkipListSet<>();

  final PortForwardStandIn portForwards = new PortForwardStandIn(ports);

  ApiServerStandIn() throws Exception {
    Instant now = Instant.now();
    certificate =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .subject("CN=kubernetes")
            .notBefore(now.minusSeconds(60))
            .notAfter(now.plusSeconds(3600))
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SslContext tls = SslContextBuilder.forServer(certificate.toKeyManagerFactory()).build();
    listener =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            // Watched for leaks, 32 MB take minutes: unmasking touches every byte.
            .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false, true))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(tls.newHandler(channel.alloc()))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(LONGEST_REQUEST))
                        .addLast(new ApiRequests(ApiServerStandIn.this));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  void statefulSet(String name, int replicas) {
    store.put("statefulsets", ApiObjects.statefulSet(name, replicas));
  }

  void deleteStatefulSet(String name) {
    store.remove("statefulsets", name);
  }

  /** {@code postgres}: where what listens on its port 5432 really is; 0: nothing does. */
  void pod(String name, String status, int postgres) {
    pod(name, ApiObjects.pod(name, status), 5432, postgres);
  }

  void pod(String name, ObjectNode pod, int podPort, int realPort) {
    store.put("pods", pod);
    if (realPort != 0) {
      ports.put(name + ":" + podPort, realPort);
    }
  }

  void deletePod(String name) {
    store.remove("pods", name);
  }

  /** Such as {@code get pods/portforward}. */
  void forbid(String verb, String resource, String group) {
    forbidden.put(resource, ApiObjects.forbidden(verb, resource, group, "pg-deeplake"));
  }

  Optional<String> forbidden(String resource) {
    return Optional.ofNullable(forbidden.get(resource));
  }

  /** Such as {@code patch secrets}; a dry run does not fail. */
  void fail(String rule, String message) {
    failures.put(rule, message);
  }

  /** The next one only. */
  void failOnce(String rule, String message) {
    failOnce.put(rule, message);
  }

  Optional<String> failure(String rule) {
    String once = failOnce.remove(rule);
    return Optional.ofNullable(once != null ? once : failures.get(rule));
  }

  /** Empty: there is no such object or path. */
  Optional<String> get(ApiPath path, Map<String, String> labels) {
    boolean ours = path.namespace().equals(NAMESPACE);
    if (path.resource().equals("namespaces")) {
      return Optional.of(
          ApiObjects.list(
              "Namespace", "v1", Stream.of("default", NAMESPACE).map(this::namespace).toList()));
    }
    if (path.name().isEmpty()) {
      return store.list(path.resource(), labels, ours);
    }
    return ours
        ? store.get(path.resource(), path.name()).map(JsonNode::toString)
        : Optional.empty();
  }

  boolean conflicts(ApiPath path, ApiPatch patch) {
    return store.get(path.plain(), path.name()).filter(patch::conflicts).isPresent();
  }

  /** What it has become; of a scale the Scale. */
  Optional<String> patch(ApiPath path, ApiPatch patch) {
    Optional<ObjectNode> now =
        patch.dryRun()
            ? store.get(path.plain(), path.name()).map(patch::on)
            : store.update(path.plain(), path.name(), patch::on);
    return now.map(object ->
        path.resource().equals("statefulsets/scale")
            ? ApiObjects.scale(object)
            : object.toString());
  }

  boolean hasPod(String name) {
    return store.get("pods", name).isPresent();
  }

  private JsonNode namespace(String name) {
    ObjectNode namespace = ApiObjects.componentPod(name, "", "running");
    namespace.put("kind", "Namespace").remove(List.of("spec", "status"));
    return namespace;
  }

  /** With the contexts {@code stage}, the current one, and {@code elsewhere}, another namespace. */
  Path kubeconfig(Path directory) throws IOException {
    return kubeconfig(directory, TOKEN);
  }

  Path kubeconfig(Path directory, String token) throws IOException {
    String authority =
        Base64.getEncoder()
            .encodeToString(
                certificate.getCertificatePathPEM().getBytes(StandardCharsets.US_ASCII));
    return Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: here
          cluster:
            server: https://127.0.0.1:%d
            certificate-authority-data: %s
        contexts:
        - name: stage
          context: {cluster: here, user: operator, namespace: deeplake}
        - name: elsewhere
          context: {cluster: here, user: operator, namespace: default}
        current-context: stage
        users:
        - name: operator
          user: {token: %s}
        """
            .formatted(port(), authority, token));
  }

  @Override
  public void close() {
    if (!listener.isOpen()) {
      return;
    }
    portForwards.breakOff();
    var _ = listener.close().syncUninterruptibly();
    var _ = threads.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS);
  }
}
