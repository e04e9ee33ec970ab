// A generated password is the same after an upgrade: it is read from the cluster, here a stand-in
// for its API server.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptSecretsTest {
  private static final String KEPT =
      Base64.getEncoder()
          .encodeToString("of-the-first-installation".getBytes(StandardCharsets.UTF_8));

  /** The cluster has the Secret of the instances and none of the proxies. */
  private static HttpServer apiServer() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          int status = 200;
          String body;
          if (path.equals("/api/v1")) {
            body =
                """
                {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":
                 [{"name":"secrets","singularName":"secret","namespaced":true,"kind":"Secret","verbs":["get"]}]}
                """;
          } else if (path.equals("/api/v1/namespaces/db/secrets/pg-deeplake")) {
            body =
                """
                {"kind":"Secret","apiVersion":"v1","metadata":{"name":"pg-deeplake","namespace":"db"},
                 "data":{"POSTGRES_PASSWORD":"%s"}}
                """
                    .formatted(KEPT);
          } else {
            status = 404;
            body =
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}";
          }
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void anUpgradeKeepsWhatIsThere(@TempDir Path directory) throws Exception {
    String kubeconfig = System.getenv("KUBECONFIG");
    assumeTrue(kubeconfig != null, "the build sets KUBECONFIG to a file of its own");
    HttpServer server = apiServer();
    try {
      Files.writeString(
          Path.of(String.valueOf(kubeconfig)),
          """
          apiVersion: v1
          kind: Config
          current-context: here
          contexts: [{name: here, context: {cluster: here, user: here}}]
          clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
          users: [{name: here, user: {}}]
          """
              .formatted(server.getAddress().getPort()));
      Chart.copyTo(directory);
      Path helpers = directory.resolve("templates/_helpers.tpl");
      // Helm's template command renders an installation.
      Files.writeString(helpers, Chart.read(helpers).replace("$root.Release.IsUpgrade", "true"));
      Rendered rendered = Chart.render(directory, "pg-deeplake", "{}");
      assertThat(Rendered.text(rendered.get("Secret/pg-deeplake"), "data", "POSTGRES_PASSWORD"))
          .isEqualTo(KEPT);
      assertThat(
              Rendered.text(
                  rendered.get("Secret/pg-deeplake-proxy"), "data", "PROXY_STATS_PASSWORD"))
          .hasSize(44);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void eachInstallationHasItsOwn() {
    assertThat(Rendered.text(Chart.render().get("Secret/pg-deeplake"), "data", "POSTGRES_PASSWORD"))
        .isNotEqualTo(
            Rendered.text(Chart.render().get("Secret/pg-deeplake"), "data", "POSTGRES_PASSWORD"));
  }
}
