package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** One namespace of one cluster. Any thread. */
final class ApiServer implements AutoCloseable {
  /** Of kubelet's port-forward over WebSockets. */
  static final String SUBPROTOCOL = "v4.channel.k8s.io";

  private final KubernetesClient client;
  private final String namespace;
  private final ApiFailure failure;
  private final Duration timeout;

  private ApiServer(KubernetesClient client, String namespace, ApiFailure failure, Duration limit) {
    this.client = client;
    this.namespace = namespace;
    this.failure = failure;
    this.timeout = limit;
  }

  /**
   * Connects to nothing yet.
   *
   * @param timeout of a connection and of each answer
   */
  static ApiServer open(Kubeconfig.Chosen chosen, @Nullable String namespace, Duration timeout)
      throws DeploymentFailed {
    int millis = Math.toIntExact(timeout.toMillis());
    Config config =
        new ConfigBuilder(chosen.config())
            .withConnectionTimeout(millis)
            .withRequestTimeout(millis)
            // Ten retries by default: a server that is down would be told after minutes.
            .withRequestRetryBackoffLimit(0)
            .build();
    String inContext = config.getNamespace();
    String effective = namespace != null ? namespace : inContext == null ? "default" : inContext;
    ApiFailure failure = new ApiFailure(config.getMasterUrl(), chosen.name(), timeout);
    try {
      KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
      return new ApiServer(client, effective, failure, timeout);
    } catch (KubernetesClientException e) {
      throw failure.of(e);
    }
  }

  String namespace() {
    return namespace;
  }

  /** How failures of this server are told. */
  ApiFailure failure() {
    return failure;
  }

  <T> T ask(Function<KubernetesClient, T> question) throws DeploymentFailed {
    try {
      return question.apply(client);
    } catch (KubernetesClientException e) {
      throw failure.of(e);
    }
  }

  /** Opens the stream of one connection to the port. */
  CompletableFuture<WebSocket> portForward(String pod, int port, WebSocket.Listener listener) {
    URI uri =
        URI.create(
            "%sapi/v1/namespaces/%s/pods/%s/portforward?ports=%d"
                .formatted(withSlash(client.getMasterUrl().toString()), namespace, pod, port));
    return client
        .getHttpClient()
        .newWebSocketBuilder()
        .uri(uri)
        .subprotocol(SUBPROTOCOL)
        .connectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .buildAsync(listener);
  }

  Duration timeout() {
    return timeout;
  }

  private static String withSlash(String url) {
    return url.endsWith("/") ? url : url + "/";
  }

  @Override
  public void close() {
    client.close();
  }
}
