package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;

/** The Role in the documents is what the manager asks a cluster for: no verb more, none less. */
@NeedsProgram("redis-server")
class RoleTest {
  private static final Path ROLE =
      Path.of(System.getProperty("basedir", ""))
          .toAbsolutePath()
          .resolve("../docs/manager-role.yaml");

  /**
   * The first is what some versions of Kubernetes check for a port-forward over WebSockets, others
   * the second.
   */
  private static final Set<String> EITHER =
      Set.of("create pods/portforward", "get pods/portforward");

  /** Only to say what namespaces there are where one is misspelt; without it nothing fails. */
  private static final String COURTESY = "list namespaces";

  @AutoClose private final ClusterScene scene = new ClusterScene(2, 1).withRedis();

  RoleTest() throws Exception {}

  private void run(String... args) {
    Manage run = scene.manage(args);
    assertThat(run.code()).as(run.toString()).isZero();
  }

  private static List<PolicyRule> rules() throws Exception {
    return Serialization.unmarshal(Files.readString(ROLE), Role.class).getRules();
  }

  private static Set<String> documented() throws Exception {
    Set<String> rules = new TreeSet<>();
    for (PolicyRule rule : rules()) {
      String group = rule.getApiGroups().getFirst();
      for (String resource : rule.getResources()) {
        String[] parts = resource.split("/", 2);
        String full =
            group.isEmpty()
                ? resource
                : parts[0] + "." + group + (parts.length > 1 ? "/" + parts[1] : "");
        rule.getVerbs().forEach(verb -> rules.add(verb + " " + full));
      }
    }
    return rules;
  }

  @Test
  void asksForWhatIsDocumentedAndForAllOfIt() throws Exception {
    scene.server.store.put("secrets", ApiObjects.read("secret.json"));
    ObjectNode set = scene.server.store.get("statefulsets", "pg-deeplake").orElseThrow();
    ArrayNode sources =
        ((ObjectNode) set.at("/spec/template/spec/containers/0")).putArray("envFrom");
    // As the chart's; the last one wins, and has no AWS keys here.
    sources.addObject().putObject("secretRef").put("name", "pg-deeplake");
    sources.addObject().putObject("secretRef").put("name", "pg-deeplake-env");
    Files.writeString(
        scene.data.path().resolve(".env"), "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n");
    run("scale", "2", "--no-drain");
    scene.withKeda();
    run("scale", "1", "--no-drain");
    run("scale", "auto");
    run("rotate-creds");
    run("provision-db", "tpch");
    scene.manage("status");
    scene.manage("provision-db", "tpch", "--statefulset", "none");
    scene.manage("status", "-n", "none");

    Set<String> asked = new TreeSet<>(scene.server.asked);
    assertThat(asked.remove(COURTESY)).isTrue();
    asked.addAll(EITHER);
    assertThat(asked).containsExactlyElementsOf(documented());
    assertThat(scene.server.askedSecrets)
        .containsExactly("get pg-deeplake", "get pg-deeplake-env", "patch pg-deeplake");
    assertThat(rules())
        .filteredOn(rule -> rule.getResources().contains("secrets"))
        .singleElement()
        .extracting(PolicyRule::getResourceNames)
        .isEqualTo(List.of("pg-deeplake", "pg-deeplake-env"));
  }
}
