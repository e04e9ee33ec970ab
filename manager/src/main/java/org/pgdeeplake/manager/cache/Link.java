package org.pgdeeplake.manager.cache;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connections: to one server, or to the primaries of a cluster. A lost one is not replaced. */
final class Link implements AutoCloseable {
  private static final int THREADS = 2;
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final CacheAddress address;
  private final Duration limit;
  private final ClientResources resources =
      DefaultClientResources.builder()
          .ioThreadPoolSize(THREADS)
          .computationThreadPoolSize(THREADS)
          // As everywhere else in this program; Lettuce would ask the name servers by itself.
          .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
          .build();
  private final List<AbstractRedisClient> clients = new ArrayList<>();

  Link(CacheAddress address, Duration limit) {
    this.address = address;
    this.limit = limit;
  }

  Replies replies(Endpoint endpoint) {
    return new Replies(endpoint.toString(), address.tls(), limit);
  }

  /** A server under one of the addresses; with several the first that answers. */
  Server any() throws CacheFailed {
    RedisClient client = RedisClient.create(resources);
    clients.add(client);
    client.setOptions(options(ClientOptions.builder()));
    CacheFailed failed = null;
    for (Endpoint endpoint : address.endpoints()) {
      try {
        StatefulRedisConnection<byte[], byte[]> connection =
            client.connect(ByteArrayCodec.INSTANCE, uri(endpoint, address.database()));
        return new Server(connection.async(), replies(endpoint), false);
      } catch (RuntimeException e) {
        failed = failed == null ? Failures.of(replies(endpoint), e) : failed;
      }
    }
    throw failed == null ? new CacheFailed(CacheFailed.Reason.ADDRESS, "No address") : failed;
  }

  /** The primaries that hold slots of the cluster. */
  List<Server> primaries(Replies seed) throws CacheFailed {
    List<RedisURI> uris = new ArrayList<>();
    for (Endpoint endpoint : address.endpoints()) {
      uris.add(uri(endpoint, 0));
    }
    RedisClusterClient client = RedisClusterClient.create(resources, uris);
    clients.add(client);
    client.setOptions((ClusterClientOptions) options(ClusterClientOptions.builder()));
    StatefulRedisClusterConnection<byte[], byte[]> connection;
    try {
      connection = client.connect(ByteArrayCodec.INSTANCE);
    } catch (RuntimeException e) {
      throw Failures.of(seed, e);
    }
    List<Server> primaries = new ArrayList<>();
    for (RedisClusterNode node : client.getPartitions()) {
      if (node.getRole().isUpstream() && !node.getSlots().isEmpty()) {
        primaries.add(primary(connection, node));
      }
    }
    return List.copyOf(primaries);
  }

  private Server primary(
      StatefulRedisClusterConnection<byte[], byte[]> cluster, RedisClusterNode node)
      throws CacheFailed {
    Replies replies = replies(new Endpoint(node.getUri().getHost(), node.getUri().getPort()));
    try {
      return new Server(cluster.getConnection(node.getNodeId()).async(), replies, true);
    } catch (RuntimeException e) {
      throw Failures.of(replies, e);
    }
  }

  private RedisURI uri(Endpoint endpoint, int database) {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(endpoint.host())
            .withPort(endpoint.port())
            .withSsl(address.tls())
            .withVerifyPeer(address.verified() ? SslVerifyMode.FULL : SslVerifyMode.NONE)
            .withDatabase(database)
            .withClientName("pgdeeplake-manage")
            .withTimeout(limit);
    String user = address.user();
    String password = address.password();
    if (password != null && user != null) {
      uri.withAuthentication(user, password.toCharArray());
    } else if (password != null) {
      uri.withPassword(password.toCharArray());
    }
    return uri.build();
  }

  private ClientOptions options(ClientOptions.Builder options) throws CacheFailed {
    return options
        .autoReconnect(false)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // Nothing of RESP3 is used, and its HELLO would hide why a login fails.
        .protocolVersion(ProtocolVersion.RESP2)
        .socketOptions(SocketOptions.builder().connectTimeout(limit).build())
        .sslOptions(ssl(address.certificates()))
        .timeoutOptions(TimeoutOptions.enabled(limit))
        .build();
  }

  private SslOptions ssl(@Nullable Path certificates) throws CacheFailed {
    SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider().handshakeTimeout(limit);
    if (certificates == null) {
      return ssl.build();
    }
    if (!Files.isReadable(certificates)) {
      throw new CacheFailed(
          CacheFailed.Reason.ADDRESS,
          "REDIS_URL has ssl_ca_certs=" + certificates + ", which cannot be read");
    }
    return ssl.trustManager(certificates.toFile()).build();
  }

  @Override
  public void close() {
    for (AbstractRedisClient client : clients) {
      client.shutdown(Duration.ZERO, CLOSING);
    }
    var _ = resources.shutdown(0, CLOSING.toSeconds(), TimeUnit.SECONDS);
  }
}
