package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/** What keeps the manager from the pods is one line: what, where, and what there is instead. */
class KubernetesMistakesTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path home;

  @AutoClose private final ApiServerStandIn server = new ApiServerStandIn();
  private final Map<String, String> environment = new HashMap<>();

  KubernetesMistakesTest() throws Exception {}

  @BeforeEach
  void kubeconfig() throws Exception {
    environment.put("POSTGRES_PASSWORD", "postgres");
    environment.put("KUBECONFIG", server.kubeconfig(home).toString());
  }

  private void fails(String[] args, String... words) {
    String[] all = new String[args.length + 2];
    all[0] = "provision-db";
    all[1] = "tpch";
    System.arraycopy(args, 0, all, 2, args.length);
    Manage failed = KubernetesScene.manage(home, environment, all);
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    // On a slow machine also what it is doing.
    assertThat(failed.err().lines().filter(line -> !line.startsWith("creating tpch (")))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains(words);
    assertThat(failed.out()).isEmpty();
  }

  private static String[] with(String... args) {
    return args;
  }

  @Test
  void noKubeconfig() {
    environment.remove("KUBECONFIG");
    environment.put("HOME", home.toString());
    fails(with(), "no kubeconfig", home + "/.kube/config", "KUBECONFIG");
    environment.put("KUBECONFIG", home.resolve("none").toString());
    fails(with(), "there is no " + home.resolve("none"));
  }

  @Test
  void aKubeconfigThatIsNone() throws Exception {
    Files.writeString(home.resolve("kubeconfig"), "contexts: [what\n");
    fails(with(), "cannot read kubeconfig " + home.resolve("kubeconfig"));
    Files.writeString(home.resolve("kubeconfig"), "apiVersion: v1\nkind: Config\n");
    fails(with(), "names no current-context", "--context");
  }

  @Test
  void noSuchContext() {
    fails(with("--context", "stag"), "no context 'stag'", "there are stage, elsewhere");
  }

  @Test
  void severalKubeconfigsAreOne() throws Exception {
    Path other =
        Files.writeString(
            home.resolve("other"),
            "apiVersion: v1\nkind: Config\ncontexts: [{name: third, context: {cluster: c, user: u}}]\n");
    environment.compute("KUBECONFIG", (_, file) -> other + ":" + file);
    fails(with("--context", "x"), "there are third, stage, elsewhere");
    fails(with(), "no StatefulSet pg-deeplake in namespace deeplake");
  }

  @Test
  void noSuchNamespaceOrStatefulSet() {
    fails(with("-n", "deeplak"), "no namespace deeplak", "there are default, deeplake");
    server.statefulSet("other", 2);
    fails(with("--statefulset", "db"), "no StatefulSet db", "there are other");
    server.statefulSet("second", 2);
    fails(with(), "several StatefulSets", "--statefulset: other, second");
    fails(with("--context", "elsewhere"), "no StatefulSet pg-deeplake in namespace default");
  }

  @Test
  void whatIsForbiddenIsNamed() {
    server.forbid("get", "statefulsets", "apps");
    fails(with(), "forbidden", "context stage", "lacks the verb get on statefulsets.apps");
  }

  @Test
  void aTokenThatIsNotAccepted() throws Exception {
    server.kubeconfig(home, "expired");
    fails(with(), "does not accept the credentials of context stage", "log in");
  }

  @Test
  void anApiServerThatIsDown() {
    server.close();
    fails(with(), "cannot reach the API server https://127.0.0.1:" + server.port(), "refused");
  }

  @Test
  void aCertificateOfAnotherAuthority() throws Exception {
    try (ApiServerStandIn other = new ApiServerStandIn()) {
      String text =
          Files.readString(other.kubeconfig(home)).replace(":" + other.port(), ":" + server.port());
      Files.writeString(home.resolve("kubeconfig"), text);
      fails(with(), "cannot reach the API server", "TLS: ");
    }
  }
}
