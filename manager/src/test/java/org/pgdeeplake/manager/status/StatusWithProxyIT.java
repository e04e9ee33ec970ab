package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.proxy.RealProxy;

/** To the real proxy a look is a probe: it tells who answers, wakes nothing and is no demand. */
class StatusWithProxyIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Map<String, String> LOGIN =
      Map.of("PROXY_STATS_USER", "ops", "PROXY_STATS_PASSWORD", "hunter2");

  @TempDir private static Path directory;
  private static TestData data;
  private static LocalDeployment deployment;
  private static RealProxy proxy;

  @BeforeAll
  static void prepare() throws Exception {
    Optional<Path> jar = RealProxy.jar();
    assumeTrue(jar.isPresent(), "the proxy is not built");
    data = new TestData();
    deployment = data.deployment(2);
    deployment.start(1);
    deployment.start(2);
    int[] ports = deployment.instances().stream().mapToInt(Instance::port).toArray();
    proxy =
        new RealProxy(jar.get(), directory, ", stats { user = ops, password = hunter2 }", ports);
  }

  @AfterAll
  static void end() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
    if (data != null) {
      data.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    deployment.start(1);
    deployment.start(2);
    awaitUp(2);
  }

  private static Manage manage(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--proxy=" + proxy.url());
    return Manage.run(data.path(), LOGIN, all.toArray(String[]::new));
  }

  private static Manage status(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "status",
                "--deployment=local",
                "--data=" + data.path(),
                "--port=" + proxy.port(),
                "--timeout=3s"));
    args.addAll(List.of(more));
    return manage(args.toArray(String[]::new));
  }

  private static JsonNode demand() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(proxy.url() + "/api/v1/demand")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new ObjectMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
    }
  }

  private static void awaitUp(int servers) {
    await().atMost(LIMIT).until(() -> demand().path("serversUp").asInt() == servers);
  }

  private static void assertAnsweredBySomebody(Manage run) {
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.json().at("/client/outcome").asText()).isEqualTo("answered");
    assertThat(run.json().at("/client/instance").asText()).startsWith("pg-deeplake-");
  }

  @Test
  void allUp() {
    Manage run = status("--output=json");
    assertAnsweredBySomebody(run);
    for (JsonNode server : run.json().at("/proxy/servers")) {
      assertThat(server.path("up").asBoolean()).isTrue();
    }
  }

  @Test
  void whoIsLeftIsWhoAnswers() throws Exception {
    deployment.stop(1);
    awaitUp(1);
    Manage run = status();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out()).contains("answered by pg-deeplake-2");
  }

  @Test
  void scaledToZeroItWakesNothing() throws Exception {
    deployment.stop(1);
    deployment.stop(2);
    awaitUp(0);
    long probes = demand().at("/noWake/pg_isready").asLong();
    await().atMost(LIMIT).until(() -> demand().path("demand").asLong() == 0);

    Manage run = status();

    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out()).contains("nothing is up; a client would wake it", "ok: scaled to zero");
    assertThat(demand().path("demand").asLong()).isZero();
    assertThat(demand().at("/noWake/pg_isready").asLong()).isEqualTo(probes + 1);
  }

  @Test
  void oneThatHangsDelaysNobody() throws Exception {
    long pid = deployment.start(2).pid();
    TestData.signal("STOP", pid);
    try {
      awaitUp(1);
      Manage run = status();
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.out())
          .contains("answered by pg-deeplake-1")
          .contains("pg-deeplake-2 does not answer")
          .contains("the proxy sees pg-deeplake-2 DOWN");
    } finally {
      TestData.signal("CONT", pid);
    }
  }

  @Test
  @NeedsProgram("openssl")
  void whereTheProxyWantsTlsItComesWithTls() throws Exception {
    Path certificate = directory.resolve("proxy.pem");
    Path key = directory.resolve("proxy.key");
    Process openssl =
        new ProcessBuilder(
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
                        + " -subj /CN=localhost -out "
                        + certificate
                        + " -keyout "
                        + key)
                    .split(" ", -1))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("openssl.log").toFile())
            .start();
    assertThat(openssl.waitFor()).isZero();
    String plain = Files.readString(proxy.configuration());
    String tls =
        "tls { mode = terminate, require = true, certificate = \"%s\", key = \"%s\" }"
            .formatted(certificate, key);
    Files.writeString(proxy.configuration(), plain.replace("tls.mode = off", tls));
    Manage reload = manage("proxy", "reload");
    assertThat(reload.code()).as(reload.toString()).isEqualTo(ExitCodes.OK);
    try {
      assertAnsweredBySomebody(status("--output=json"));
    } finally {
      Files.writeString(proxy.configuration(), plain);
      assertThat(manage("proxy", "reload").code()).isEqualTo(ExitCodes.OK);
    }
  }
}
