package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/** What {@code scale} may not or cannot do in a cluster it says, and then nothing has changed. */
class KedaOrdersTest {
  private static final String PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path home;

  @AutoClose private final ApiServerStandIn server = new ApiServerStandIn();
  private final Map<String, String> environment = new HashMap<>();

  KedaOrdersTest() throws Exception {}

  @BeforeEach
  void twoPods() throws Exception {
    environment.put("POSTGRES_PASSWORD", "postgres");
    environment.put("KUBECONFIG", server.kubeconfig(home).toString());
    server.statefulSet("pg-deeplake", 2);
    server.pod("pg-deeplake-0", "running", 0);
    server.pod("pg-deeplake-1", "running", 0);
  }

  private Manage scale(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "scale";
    System.arraycopy(args, 0, all, 1, args.length);
    return KubernetesScene.manage(home, environment, all);
  }

  private void refuses(int code, String[] args, String... words) {
    Manage refused = scale(args);
    assertThat(refused.code()).as(refused.toString()).isEqualTo(code);
    assertThat(refused.err()).contains(words);
    assertThat(refused.out()).isEmpty();
    assertThat(server.asked).noneMatch(rule -> rule.startsWith("patch "));
  }

  private static String[] with(String... args) {
    return args;
  }

  private void keda(String... annotations) {
    ObjectNode object = ApiObjects.read("scaledobject.json");
    for (int i = 0; i < annotations.length; i += 2) {
      ((ObjectNode) object.at("/metadata/annotations"))
          .put("autoscaling.keda.sh/" + annotations[i], annotations[i + 1]);
    }
    server.store.put("scaledobjects", object);
  }

  private String annotations() {
    return server
        .store
        .get("scaledobjects", "pg-deeplake")
        .orElseThrow()
        .at("/metadata/annotations")
        .toString();
  }

  @Test
  void anotherAutoscalerIsNotWorkedAgainst() {
    server.store.put("horizontalpodautoscalers", ApiObjects.read("hpa.json"));
    refuses(
        ExitCodes.REFUSED,
        with("3"),
        "HorizontalPodAutoscaler by-cpu keeps the number of StatefulSet pg-deeplake",
        "minReplicas");
  }

  @Test
  void whoMayNotLookForKedaMayNotScale() {
    server.forbid("list", "scaledobjects", "keda.sh");
    refuses(ExitCodes.FAILED, with("3"), "lacks the verb list on scaledobjects.keda.sh");
    Manage status = KubernetesScene.manage(home, environment, "status");
    assertThat(status.out()).contains("it cannot be told whether KEDA is paused: forbidden");
  }

  @Test
  void nobodyToHandBackTo() {
    refuses(ExitCodes.REFUSED, with("auto"), "no ScaledObject has StatefulSet pg-deeplake");
  }

  @Test
  void wrongUsage() {
    refuses(ExitCodes.USAGE, with("three"), "'three' is neither a number nor auto");
    refuses(ExitCodes.USAGE, with("101"), "between 0 and 100");
    refuses(ExitCodes.USAGE, with("1", "--keep-awake"), "go with auto");
    refuses(ExitCodes.REFUSED, with("1", "--image", "x"), "chart's values");
  }

  @Test
  void aDryRunShowsTheChangeAndMakesNone() {
    keda("paused-replicas", "2");
    Manage dry = scale("3", "--dry-run");
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(dry.out())
        .isEqualTo(
            """
            ScaledObject pg-deeplake
            - autoscaling.keda.sh/paused-replicas: "2"
            + autoscaling.keda.sh/paused-replicas: "3"
            pg-deeplake-2 would start
            """);
    assertThat(scale("1", "--dry-run").out()).endsWith("pg-deeplake-1 would be drained and end\n");
    assertThat(scale("9", "--dry-run").out())
        .contains("warning: 9 is beyond the 8 of ScaledObject");
    assertThat(scale("auto", "--dry-run").out())
        .contains("- " + PAUSED_REPLICAS)
        .doesNotContain("+");
    assertThat(server.asked).noneMatch(rule -> rule.startsWith("patch "));
  }

  @Test
  void handingBackTakesEveryOrderBackOrGivesASofterOne() {
    keda("paused", "true", "paused-scale-out", "true");
    Manage soft = scale("auto", "--keep-awake", "--no-scale-in");
    assertThat(soft.code()).as(soft.toString()).isZero();
    assertThat(soft.out()).contains("1 to 8", "keeps one awake", "ends none");
    assertThat(annotations())
        .contains("keda.sh/force-activation\":\"true\"", "keda.sh/paused-scale-in\":\"true\"")
        .doesNotContain("keda.sh/paused\"", "scale-out");
    assertThat(KubernetesScene.manage(home, environment, "status").out())
        .contains("KEDA has orders of ScaledObject pg-deeplake: force-activation, paused-scale-in");
    assertThat(scale("auto").code()).isZero();
    assertThat(annotations()).doesNotContain("keda.sh");
  }

  @Test
  void anOrderThatSomebodyElseHasGivenMeanwhileStands() {
    keda();
    server.beforePatch.set(() -> {
      keda("paused-replicas", "5");
      server.store.get("scaledobjects", "pg-deeplake").ifPresent(ApiPatch::bump);
    });
    Manage locked = scale("2", "--no-drain");
    assertThat(locked.code()).as(locked.toString()).isEqualTo(ExitCodes.LOCKED);
    assertThat(locked.err()).contains("somebody else has given ScaledObject pg-deeplake orders");
    assertThat(annotations()).contains("\"5\"");
  }

  @Test
  void kedaThatDoesNothingIsNamed() {
    keda();
    Manage failed = scale("3", "--no-drain", "--start-timeout", "1s");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err())
        .contains("KEDA has not set StatefulSet pg-deeplake to 3; it has 2", "operator run");
    assertThat(annotations()).contains("paused-replicas\":\"3\"");
  }

  @Test
  void noOneIsEndedWhoseSessionsTheProxyCannotDrain() {
    keda();
    Manage failed = scale("1");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err())
        .contains("no pod of the proxy runs", "Nothing has changed", "--no-drain");
    assertThat(annotations()).doesNotContain("keda.sh");
  }
}
