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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * A stand-in for the part of an API server that the manager uses, over real HTTPS and WebSockets:
 * StatefulSets, pods, namespaces and port-forwards of one namespace, {@code deeplake}. Who has not
 * the token of its kubeconfig gets 401.
 */
final class ApiServerStandIn implements AutoCloseable {
  static final String TOKEN = "token-of-operator";
  static final String NAMESPACE = "deeplake";
  private static final int LONGEST_REQUEST = 64 * 1024;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final X509Bundle certificate;
  private final Channel listener;
  private final Map<String, ObjectNode> statefulSets = new ConcurrentSkipListMap<>();
  private final Map<String, ObjectNode> pods = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final Map<String, String> forbidden = new ConcurrentHashMap<>();
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
    statefulSets.put(name, ApiObjects.statefulSet(name, replicas));
  }

  void deleteStatefulSet(String name) {
    statefulSets.remove(name);
  }

  /** {@code postgres}: where what listens on its port 5432 really is; 0: nothing does. */
  void pod(String name, String status, int postgres) {
    pod(name, ApiObjects.pod(name, status), 5432, postgres);
  }

  void pod(String name, ObjectNode pod, int podPort, int realPort) {
    pods.put(name, pod);
    if (realPort != 0) {
      ports.put(name + ":" + podPort, realPort);
    }
  }

  void deletePod(String name) {
    pods.remove(name);
  }

  /** Such as {@code get pods/portforward}. */
  void forbid(String verb, String resource, String group) {
    forbidden.put(resource, ApiObjects.forbidden(verb, resource, group, "pg-deeplake"));
  }

  Optional<String> forbidden(String resource) {
    return Optional.ofNullable(forbidden.get(resource));
  }

  /** Empty: there is no such object or path. */
  Optional<String> get(String path, Map<String, String> labels) {
    List<String> parts = Stream.of(path.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    String resource = parts.getLast();
    if (path.equals("/api/v1/namespaces")) {
      return Optional.of(
          ApiObjects.list(
              "Namespace", "v1", Stream.of("default", NAMESPACE).map(this::namespace).toList()));
    }
    boolean ours = path.contains("/namespaces/" + NAMESPACE + "/");
    if (resource.equals("statefulsets")) {
      return Optional.of(
          ApiObjects.list("StatefulSet", "apps/v1", ours ? statefulSets.values() : List.of()));
    }
    if (resource.equals("pods")) {
      return Optional.of(
          ApiObjects.list(
              "Pod", "v1", pods.values().stream().filter(pod -> has(pod, labels)).toList()));
    }
    var objects = path.contains("/statefulsets/") ? statefulSets : pods;
    return ours
        ? Optional.ofNullable(objects.get(resource)).map(JsonNode::toString)
        : Optional.empty();
  }

  boolean hasPod(String name) {
    return pods.containsKey(name);
  }

  private JsonNode namespace(String name) {
    ObjectNode namespace = ApiObjects.componentPod(name, "", "running");
    namespace.put("kind", "Namespace").remove(List.of("spec", "status"));
    return namespace;
  }

  private static boolean has(ObjectNode object, Map<String, String> labels) {
    return labels.entrySet().stream()
        .allMatch(label ->
            label
                .getValue()
                .equals(object.path("metadata").path("labels").path(label.getKey()).asText()));
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
