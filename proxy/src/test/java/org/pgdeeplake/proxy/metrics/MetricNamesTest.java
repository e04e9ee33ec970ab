package org.pgdeeplake.proxy.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.ScrapedText;

// A metric name is an API: the golden file and HAProxy's own list say what is exposed.
class MetricNamesTest {
  @Test
  void theNamesTypesAndLabelsAreThoseOfTheGoldenFile() throws IOException {
    String now =
        exposed().families().entrySet().stream()
            .map(family -> family.getKey() + " " + family.getValue())
            .collect(Collectors.joining("\n"));
    assertThat(now).isEqualTo(String.join("\n", lines("metric-names.txt")));
  }

  @Test
  void everyFamilyOfHaproxyIsExposedWithItsTypeAndLabelsOrLeftOutForAReason() throws IOException {
    Map<String, String> haproxy = haproxy();
    Map<String, String> ours = new TreeMap<>(exposed().families());
    ours.keySet().removeIf(name -> !name.startsWith("haproxy_"));
    List<String> leftOut =
        lines("haproxy-left-out.txt").stream().filter(line -> line.startsWith("haproxy_")).toList();

    assertThat(leftOut).doesNotHaveDuplicates().doesNotContainAnyElementsOf(ours.keySet());
    assertThat(haproxy).containsAllEntriesOf(ours);
    TreeSet<String> accounted = new TreeSet<>(ours.keySet());
    accounted.addAll(leftOut);
    assertThat(accounted).containsExactlyElementsOf(new TreeSet<>(haproxy.keySet()));
  }

  /** So that {@code state="MAINT"} and the like can be asked for before it is ever 1. */
  @Test
  void statesAreThoseOfHaproxy() {
    Set<String> server = Set.of("DOWN", "UP", "MAINT", "DRAIN", "NOLB");
    Set<String> check =
        Set.of(
            "HANA",
            "SOCKERR",
            "L4OK",
            "L4TOUT",
            "L4CON",
            "L6OK",
            "L6TOUT",
            "L6RSP",
            "L7TOUT",
            "L7RSP",
            "L7OK",
            "L7OKC",
            "L7STS",
            "PROCERR",
            "PROCTOUT",
            "PROCOK");
    Map<String, Set<String>> states =
        exposed().samples().stream()
            .filter(sample -> sample.name().startsWith("haproxy_"))
            .filter(sample -> sample.labels().containsKey("state"))
            .collect(
                Collectors.groupingBy(
                    ScrapedText.Sample::name,
                    Collectors.mapping(
                        sample -> String.valueOf(sample.labels().get("state")),
                        Collectors.toSet())));
    assertThat(states)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "haproxy_frontend_status", Set.of("DOWN", "UP"),
                "haproxy_backend_status", Set.of("DOWN", "UP"),
                "haproxy_backend_agg_server_status", server,
                "haproxy_backend_agg_server_check_status", server,
                "haproxy_backend_agg_check_status", check,
                "haproxy_server_status", server,
                "haproxy_server_check_status", check));
  }

  private static ScrapedText exposed() {
    Metrics metrics = new Metrics();
    Transport transport = Transport.select(TransportChoice.AUTO);
    EventLoopGroup loops = transport.loops("names-test", 1);
    try (Scene scene = new Scene();
        Resolver resolver = new Resolver(transport);
        TlsScene _ = TlsScene.open(metrics)) {
      scene.up(1);
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      metrics.register(scene.demand);
      resolver.resolve(new HostPort("localhost", 1), loops.next()).syncUninterruptibly();
      metrics.register(resolver);
      metrics.register(new ProcessFacts(2, "nio", () -> 77, () -> false, () -> 0));
      metrics.registerDroppedLogLines(() -> 0);
      metrics.registerFailedLogins(() -> 0);
      metrics.registerBuffers(() -> 3, () -> 2);
      metrics.registerAdmission(() -> new AdmissionFacts(0, 0, 0, 0, 0, 0));
      metrics.scaler().register(() -> 0, () -> 0, backend -> OptionalInt.of(1));
      metrics.registerPeers(() -> new PeerFacts(1, 0, Map.of("pod-1", 0.1), 0, 0, 0));
      metrics
          .sessions()
          .announce("pg_frontend", List.of("normal"), Map.of("queue_timeout", List.of("57P03")));
      return ScrapedText.parse(metrics.scrape());
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private static Map<String, String> haproxy() throws IOException {
    return lines("haproxy-families.txt").stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> List.of(line.split(" ")))
        .collect(Collectors.toMap(List::getFirst, words -> words.get(1) + " " + words.get(2)));
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = MetricNamesTest.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8).lines().toList();
    }
  }
}
