package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.command.ExitCodes;

/**
 * Pods that run and the Secret that pods start from have the same credentials: both the new ones,
 * or both those of before.
 */
@NeedsProgram("redis-server")
@Tag("long")
class KubernetesRotateTest {
  private static final String OLD = "AKIAOLD000000001";
  private static final String NEW = "AKIANEW000000002";
  private static final String NEW_SECRET = "new'secret\\key";

  @AutoClose private final ClusterScene scene = new ClusterScene(3, 2).withRedis();

  KubernetesRotateTest() throws Exception {}

  @BeforeEach
  void podsHaveWhatTheSecretHas() throws Exception {
    ObjectNode secret = ApiObjects.read("secret.json");
    scene.server.store.put("secrets", secret);
    takenBy("{\"secretRef\":{\"name\":\"pg-deeplake\"}}", "envFrom");
    assertThat(rotate(OLD, "old-secret", "", "--skip-secret").code()).isZero();
    scene.server.asked.clear();
  }

  /** The template's container. */
  private void takenBy(String entries, String field) throws Exception {
    ObjectNode set = scene.server.store.get("statefulsets", "pg-deeplake").orElseThrow().deepCopy();
    ((ObjectNode) set.at("/spec/template/spec/containers/0"))
        .set(
            field, new com.fasterxml.jackson.databind.ObjectMapper().readTree("[" + entries + "]"));
    scene.server.store.put("statefulsets", set);
  }

  private Manage rotate(String id, String secret, String token, String... args) throws Exception {
    Files.writeString(
        scene.data.path().resolve(".env"),
        "AWS_ACCESS_KEY_ID='%s'\nAWS_SECRET_ACCESS_KEY=\"%s\"\nAWS_SESSION_TOKEN='%s'\n"
            .formatted(id, secret.replace("\\", "\\\\"), token));
    String[] all = new String[args.length + 1];
    all[0] = "rotate-creds";
    System.arraycopy(args, 0, all, 1, args.length);
    return scene.manage(all);
  }

  private String held(int ordinal) throws Exception {
    return scene.ask(
        ordinal,
        "SELECT coalesce(current_setting('deeplake.creds', true)::jsonb->>'aws_access_key_id', '')");
  }

  private String inSecret(String key) {
    return new String(
        Base64.getDecoder()
            .decode(
                scene
                    .server
                    .store
                    .get("secrets", "pg-deeplake")
                    .orElseThrow()
                    .at("/data/" + key)
                    .asText()),
        StandardCharsets.UTF_8);
  }

  private void assertAllHave(String id) throws Exception {
    for (int ordinal = 0; ordinal < 2; ordinal++) {
      assertThat(held(ordinal)).isEqualTo(id);
      for (String aside : new String[] {".new", ".old", ".tmp"}) {
        assertThat(
                scene.ask(
                    ordinal,
                    "SELECT size FROM pg_stat_file('%s', true)"
                        .formatted(ClusterScene.FILE + aside)))
            .isIn("", "null");
      }
    }
    assertThat(inSecret("AWS_ACCESS_KEY_ID")).isEqualTo(id);
  }

  @Test
  void podsAndSecretChangeAndALaterPodStartsWithThem() throws Exception {
    Manage done = rotate(NEW, NEW_SECRET, "token-1");
    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(done.out())
        .contains("Secret pg-deeplake has them now, too, for those that start later")
        .contains("Secret pg-deeplake is Helm's");
    assertThat(done.toString()).doesNotContain("new'secret").doesNotContain("token-1");
    assertAllHave(NEW);
    assertThat(inSecret("AWS_SECRET_ACCESS_KEY")).isEqualTo(NEW_SECRET);
    assertThat(inSecret("AWS_SESSION_TOKEN")).isEqualTo("token-1");
    assertThat(inSecret("POSTGRES_PASSWORD")).isEqualTo("postgres");
    assertThat(scene.server.managers).containsExactly("pg-manager");
    // Written by the server itself, without exec.
    assertThat(scene.server.asked).noneMatch(rule -> rule.contains("exec"));
    assertThat(scene.ask(0, "SELECT pg_read_file('" + ClusterScene.FILE + "')"))
        .startsWith("deeplake.creds = '{")
        .contains(NEW);

    Manage again = rotate(NEW, NEW_SECRET, "token-1");
    assertThat(again.out()).contains("Secret pg-deeplake had them already");

    // .env may be another's: what counts in a cluster is the Secret.
    Files.writeString(
        scene.data.path().resolve(".env"), "AWS_ACCESS_KEY_ID=x\nAWS_SECRET_ACCESS_KEY=y\n");
    Manage grown = scene.manage("scale", "3", "--no-drain");
    assertThat(grown.code()).as(grown.toString()).isZero();
    assertThat(grown.err()).contains("pg-deeplake-2 has the credentials of Secret pg-deeplake now");
    assertThat(held(2)).isEqualTo(NEW);
    assertThat(held(0)).isEqualTo(NEW);
  }

  @Test
  void aSecretThatCannotBeChangedTakesThePodsBack() throws Exception {
    scene.server.fail("patch secrets", "etcdserver: request timed out");
    Manage failed = rotate(NEW, NEW_SECRET, "");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out())
        .contains("All instances have the credentials of before again")
        .contains("Secret pg-deeplake: ", "etcdserver: request timed out");
    assertAllHave(OLD);
  }

  @Test
  void aSecretThatSomebodyElseChangesMeanwhileStaysTheirs() throws Exception {
    scene.server.beforePatch.set(
        () -> scene.server.store.get("secrets", "pg-deeplake").ifPresent(ApiPatch::bump));
    Manage failed = rotate(NEW, NEW_SECRET, "");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out()).contains("the object has been modified");
    assertAllHave(OLD);
  }

  @Test
  void aPodThatCannotChangeLeavesTheSecretAsItIs() throws Exception {
    scene.execute(1, "ALTER ROLE postgres SET deeplake.creds = 'mine'");
    Manage failed = rotate(NEW, NEW_SECRET, "");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    scene.execute(1, "ALTER ROLE postgres RESET deeplake.creds");
    assertAllHave(OLD);
    assertThat(inSecret("AWS_SECRET_ACCESS_KEY")).isEqualTo("old-secret");
  }

  @Test
  void aSecretOfAnotherProgramOrWithoutAKeyIsRefusedBeforeAnything() throws Exception {
    scene
        .server
        .store
        .get("secrets", "pg-deeplake")
        .ifPresent(secret ->
            ((ObjectNode) secret.get("metadata"))
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "external-secrets.io/v1")
                .put("kind", "ExternalSecret")
                .put("name", "aws")
                .put("uid", "1")
                .put("controller", true));
    Manage refused = rotate(NEW, NEW_SECRET, "");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.err()).contains("kept by ExternalSecret aws", "--skip-secret");
    String keyRef =
        "{\"name\":\"%s\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"pg-deeplake\",\"key\":\"%1$s\"}}}";
    takenBy(
        keyRef.formatted("AWS_ACCESS_KEY_ID") + "," + keyRef.formatted("AWS_SECRET_ACCESS_KEY"),
        "env");
    refused = rotate(NEW, NEW_SECRET, "token-1");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.err())
        .contains("the pods take no AWS_SESSION_TOKEN from Secret pg-deeplake");
    assertAllHave(OLD);

    Manage skipped = rotate(NEW, NEW_SECRET, "", "--skip-secret");
    assertThat(skipped.code()).as(skipped.toString()).isZero();
    assertThat(skipped.out()).contains("A pod that starts later takes what its environment says");
    assertThat(held(1)).isEqualTo(NEW);
    assertThat(inSecret("AWS_ACCESS_KEY_ID")).isEqualTo(OLD);
  }

  @Test
  void aDryRunLooksAtTheSecretTooAndScaledToZeroOnlyItChanges() throws Exception {
    Manage dry = rotate(NEW, NEW_SECRET, "", "--dry-run");
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(dry.out()).contains("Secret pg-deeplake would have them, too");
    assertAllHave(OLD);

    assertThat(scene.manage("scale", "0", "--no-drain").code()).isZero();
    Manage done = rotate(NEW, NEW_SECRET, "", "--skip-stopped");
    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(done.out()).contains("take them from the Secret when they start");
    assertThat(inSecret("AWS_ACCESS_KEY_ID")).isEqualTo(NEW);
  }
}
