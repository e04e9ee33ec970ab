package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/**
 * A number that KEDA keeps is changed by KEDA's own annotation and never past it; who it is handed
 * back to, and who has it, is always told.
 */
class KedaScaleTest {
  private static final String BARE = "patch statefulsets.apps/scale";

  @AutoClose private final ClusterScene scene = new ClusterScene(3, 1);

  KedaScaleTest() throws Exception {}

  private static void assertDone(Manage run) {
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void growsByKedasAnnotationAndIsHandedBack() throws Exception {
    scene.withKeda();
    scene.execute(0, "CREATE DATABASE tpch");
    // KEDA writes the object's status at any time.
    scene.server.beforePatch.set(
        () -> scene.server.store.get("scaledobjects", "pg-deeplake").ifPresent(ApiPatch::bump));

    Manage grown = scene.manage("scale", "3", "-o", "json");
    assertDone(grown);
    assertThat(scene.annotations().path("autoscaling.keda.sh/paused-replicas").asText())
        .isEqualTo("3");
    assertThat(scene.replicas()).isEqualTo(3);
    assertThat(scene.server.asked).contains("patch scaledobjects.keda.sh").doesNotContain(BARE);
    assertThat(scene.server.managers).containsExactly("pg-manager");
    assertThat(scene.hasDatabase(1, "tpch")).isTrue();
    assertThat(scene.hasDatabase(2, "tpch")).isTrue();
    assertThat(grown.json().get("autoscaler").asText()).isEqualTo("ScaledObject pg-deeplake");
    assertThat(grown.json().get("autoscalerPaused").asBoolean()).isTrue();
    assertThat(grown.json().get("started").toString())
        .isEqualTo("[\"pg-deeplake-1\",\"pg-deeplake-2\"]");
    assertThat(grown.json().get("warnings").toString()).contains("no pod of the proxy runs");

    Manage status = scene.manage("status");
    assertThat(status.out())
        .contains("note: KEDA is paused at 3 (ScaledObject pg-deeplake): `manage scale auto`");
    var json = scene.manage("status", "-o", "json").json().get("autoscaler");
    assertThat(json.get("paused").asBoolean()).isTrue();
    assertThat(json.get("pausedAt").asInt()).isEqualTo(3);
    assertThat(json.get("max").asInt()).isEqualTo(8);

    Manage again = scene.manage("scale", "3", "--no-drain");
    assertDone(again);
    assertThat(again.out()).startsWith("3 instances run, and KEDA is paused at that");

    Manage fewer = scene.manage("scale", "1", "--no-drain");
    assertDone(fewer);
    assertThat(fewer.out()).contains("pg-deeplake-1 ended", "pg-deeplake-2 ended");
    assertThat(scene.replicas()).isEqualTo(1);

    Manage auto = scene.manage("scale", "auto");
    assertDone(auto);
    assertThat(auto.out())
        .isEqualTo("KEDA decides how many run, 0 to 8 (ScaledObject pg-deeplake).\n");
    assertThat(scene.annotations().toString()).doesNotContain("keda").contains("helm");
    assertThat(scene.manage("status").out()).doesNotContain("KEDA");
  }

  @Test
  void withoutAnAutoscalerTheScaleItselfIsPatched() throws Exception {
    scene.execute(0, "CREATE DATABASE tpch");
    Manage grown = scene.manage("scale", "2", "--no-drain");
    assertDone(grown);
    assertThat(grown.out()).isEqualTo("pg-deeplake-1 started\n2 instances run.\n");
    assertThat(grown.err()).contains("pg-deeplake-1 is ready", "database tpch on pg-deeplake-1");
    assertThat(scene.server.asked).contains(BARE).doesNotContain("patch scaledobjects.keda.sh");
    assertThat(scene.hasDatabase(1, "tpch")).isTrue();
    assertThat(scene.server.managers).containsExactly("pg-manager");
  }

  @Test
  void aPodThatDoesNotBecomeReadyIsNamedWithWhatItWaitsFor() {
    scene.ready = false;
    Manage failed = scene.manage("scale", "2", "--no-drain", "--start-timeout", "1s");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err())
        .contains("after 1 s: pg-deeplake-1 is not ready (Pending: ContainerCreating)")
        .contains("those that are ready serve");
  }
}
