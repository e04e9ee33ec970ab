package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.InstanceState.Phase;

/** A pod's state says whether PostgreSQL may answer, and if not, why, as kubectl describe would. */
class PodStateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          running             | RUNNING  | ''
          not-ready-restarted | STARTING | not ready, restarted 1 time, last Error (141)
          creating            | STARTING | Pending: ContainerCreating
          crash-loop          | FAILED   | CrashLoopBackOff: restarted 5 times, last OOMKilled (137)
          oom-killed          | FAILED   | OOMKilled (137)
          unschedulable       | FAILED   | Pending: Unschedulable: 0/3 nodes are available: 3 Insufficient memory.
          image-pull          | FAILED   | ImagePullBackOff: Back-off pulling image "quay.io/activeloopai/pg-deeplake:19"
          init-failed         | FAILED   | Error (2)
          evicted             | FAILED   | Evicted: The node was low on resource: memory.
          """)
  void isTold(String file, Phase phase, String detail) {
    assertThat(state(ApiObjects.pod("pg-deeplake-0", file)))
        .isEqualTo(new InstanceState(phase, detail));
  }

  @Test
  void onItsWayOutCountsAsStopped() {
    ObjectNode pod = ApiObjects.pod("pg-deeplake-0", "running");
    ((ObjectNode) pod.get("metadata")).put("deletionTimestamp", "2026-11-28T10:00:00Z");
    assertThat(state(pod)).isEqualTo(new InstanceState(Phase.STOPPED, "terminating"));
  }

  private static InstanceState state(ObjectNode pod) {
    return PodState.of(ApiObjects.parse(pod, Pod.class));
  }
}
