package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/** After a rotation all instances have the new credentials, whatever source they came from. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RotateCredsTest {
  private static final String STS =
      """
      {"Credentials": {"AccessKeyId": "ASIASTS", "SecretAccessKey": "sts/secret+",
       "SessionToken": "IQoJb3JpZ2luX2VjE==", "Expiration": "2030-01-01T00:00:00Z"}}
      """;

  private ThreeInstances three;

  @BeforeAll
  void start() throws Exception {
    three = new ThreeInstances().startAll();
  }

  @AfterAll
  void stop() throws Exception {
    three.close();
  }

  @BeforeEach
  void knownBefore() throws Exception {
    three.dotEnv("AKIABEFORE", "before", "");
    Manage rotated = three.rotate();
    assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
    three.noDotEnv();
  }

  @Test
  void ofDotEnvAlsoForSessionsThatAreThere() throws Exception {
    three.dotEnv("AKIADOTENV", "of/the+file", "token==");
    try (Connection there = three.connect(2)) {
      assertThat(ThreeInstances.ask(there, "SHOW deeplake.creds")).contains("AKIABEFORE");

      Manage rotated = three.rotate();

      assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
      assertThat(rotated.err()).isEmpty();
      assertThat(rotated.out())
          .contains("pg-deeplake-1  rotated", "pg-deeplake-3  rotated", "…TENV from .env")
          .doesNotContain("of/the+file", "token==");
      await()
          .untilAsserted(() ->
              assertThat(ThreeInstances.ask(there, "SHOW deeplake.creds")).contains("AKIADOTENV"));
    }
    three.assertAllHold("AKIADOTENV", "of/the+file", "token==");
  }

  @Test
  void ofTheThreeOptionsWithAWarning() throws Exception {
    Manage rotated =
        three.rotate(
            "--aws-access-key-id",
            "AKIAOPTION",
            "--aws-secret-access-key",
            "optional",
            "--aws-session-token",
            "tok");
    assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
    assertThat(rotated.err()).startsWith("warning: ").contains("process list").hasLineCount(1);
    three.assertAllHold("AKIAOPTION", "optional", "tok");
  }

  @Test
  void ofLinesOfStandardInput() throws Exception {
    Manage rotated =
        three.rotate(
            "secret-line\ntoken-line\n",
            Map.of(),
            "--aws-access-key-id=AKIALINE",
            "--aws-secret-access-key",
            "-",
            "--aws-session-token=-");
    assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
    assertThat(rotated.err()).isEmpty();
    three.assertAllHold("AKIALINE", "secret-line", "token-line");
  }

  @Test
  void ofWhatAwsPrints() throws Exception {
    Manage rotated = three.rotate(STS, Map.of(), "-", "--output=json");
    assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
    assertThat(rotated.json().at("/result").asText()).isEqualTo("rotated");
    assertThat(rotated.json().at("/source").asText()).isEqualTo("standard input");
    assertThat(rotated.json().at("/key").asText()).isEqualTo("…ASTS");
    assertThat(rotated.json().at("/instances/2/result").asText()).isEqualTo("rotated");
    assertThat(rotated.out()).doesNotContain("sts/secret+", "IQoJ");
    three.assertAllHold("ASIASTS", "sts/secret+", "IQoJb3JpZ2luX2VjE==");
  }

  @Test
  void whateverCharactersAreInThem() throws Exception {
    String secret = "a'b''c\"d\\e\\\\f\\n$g`h`$(i) %s # ü 漢 \uD83D\uDE00 'x' # pg-manager";
    Manage rotated =
        three.rotate(
            secret + "\n", Map.of(), "--aws-access-key-id=AKIA'\\\"", "--aws-secret-access-key=-");
    assertThat(rotated.code()).as(rotated.toString()).isEqualTo(ExitCodes.OK);
    three.assertAllHold("AKIA'\\\"", secret, "");
    // What is in the file is what goes back when the next rotation fails.
    three.execute(3, "ALTER ROLE postgres SET deeplake.creds = '{}'");
    three.dotEnv("AKIANEXT", "next", "");
    assertThat(three.rotate().code()).isEqualTo(ExitCodes.FAILED);
    three.execute(3, "ALTER ROLE postgres RESET deeplake.creds");
    three.assertAllHold("AKIA'\\\"", secret, "");
  }

  @Test
  void checkTellsBySha256WhetherAllHaveTheSame() throws Exception {
    Manage same = three.rotate("--check", "-o", "json");
    assertThat(same.code()).isEqualTo(ExitCodes.OK);
    assertThat(same.json().at("/same").asBoolean()).isTrue();
    String hash = same.json().at("/instances/0/sha256").asText();
    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(same.json().at("/instances/2/sha256").asText()).isEqualTo(hash);
    // The container's entrypoint writes the same with other spaces.
    three.execute(
        2,
        """
        ALTER ROLE postgres SET deeplake.creds =
          '{ "aws_secret_access_key":"before", "aws_access_key_id":"AKIABEFORE"}'\
        """);
    assertThat(three.rotate("--check").code()).isEqualTo(ExitCodes.OK);
    three.execute(2, "ALTER ROLE postgres SET deeplake.creds = 'not even JSON'");

    Manage different = three.rotate("--check");

    three.execute(2, "ALTER ROLE postgres RESET deeplake.creds");
    assertThat(different.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(different.out())
        .contains("pg-deeplake-1  " + hash.substring(0, 12), "They are not all the same.")
        .doesNotContain("before", "JSON");
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    three.dotEnv("AKIADRY", "dry", "");
    Manage dry = three.rotate("--dry-run");
    assertThat(dry.code()).as(dry.toString()).isEqualTo(ExitCodes.OK);
    assertThat(dry.out()).contains("would be rotated", "would get the key …ADRY from .env");
    three.assertAllHold("AKIABEFORE", "before", "");
  }

  @Test
  void aSecondAtTheSameTimeIsToldWhoIsAtWork() throws Exception {
    three.dotEnv("AKIASECOND", "second", "");
    try (Connection first = three.connect(2)) {
      ThreeInstances.ask(first, "SELECT set_config('application_name', 'the first one', false)");
      ThreeInstances.ask(first, "SELECT pg_advisory_lock(1885824076, 1)");
      String pid = ThreeInstances.ask(first, "SELECT pg_backend_pid()");

      Manage second = three.rotate();

      assertThat(second.code()).isEqualTo(ExitCodes.LOCKED);
      assertThat(second.err())
          .contains(
              "rotated already: pg-deeplake-2 is locked by the first one (server process " + pid,
              "since 2")
          .hasLineCount(1);
    }
    three.assertAllHold("AKIABEFORE", "before", "");
  }

  @Test
  void sourcesAreNotMixed() throws Exception {
    three.dotEnv("AKIAFILE", "file", "file");
    Manage mixed = three.rotate("", Map.of("AWS_SESSION_TOKEN", "old"));
    assertThat(mixed.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(mixed.err()).contains("AWS_SESSION_TOKEN would come from the environment");
    assertThat(three.rotate("--aws-secret-access-key=x").err())
        .contains("--aws-access-key-id is missing");
    assertThat(three.rotate("--aws-access-key-id=x").err()).contains("no terminal to ask");
    assertThat(three.rotate("-", "--ask").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(three.rotate("x").code()).isEqualTo(ExitCodes.USAGE);
    three.assertAllHold("AKIABEFORE", "before", "");

    Map<String, String> environment =
        Map.of("AWS_ACCESS_KEY_ID", "AKIAENV", "AWS_SECRET_ACCESS_KEY", "env");
    three.dotEnv("AKIAFILE", "file", "");
    Manage outside = three.rotate("", environment);
    assertThat(outside.code()).as(outside.toString()).isEqualTo(ExitCodes.OK);
    assertThat(outside.out()).contains("from the environment, which wins over .env");
  }

  @Test
  void whatCannotBeRightIsRefusedAndNotShown() throws Exception {
    for (String input : List.of("hunter2", "{\"SecretAccessKey\": \"hunter2\"}", "\"hunter2\"")) {
      Manage refused = three.rotate(input, Map.of(), "-");
      assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCodes.REFUSED);
      assertThat(refused.err()).doesNotContain("hunter2").hasLineCount(1);
    }
    assertThat(three.rotate().err()).contains("AWS_ACCESS_KEY_ID is not set", ".env");
    three.dotEnv("AKIALINES", "hunter2\nhunter3", "");
    assertThat(three.rotate().err()).contains("line break").doesNotContain("hunter");
    assertThat(
            three
                .rotate("a\nb\n", Map.of(), "--aws-access-key-id=x", "--aws-secret-access-key=-")
                .err())
        .contains("has 2 line(s), but 1 option(s) say -");
    three.assertAllHold("AKIABEFORE", "before", "");
  }

  @Test
  void twoAtOnceEndWithOneOfThem() throws Exception {
    three.dotEnv("AKIARACE", "race", "");
    var runs = new java.util.ArrayList<java.util.concurrent.Future<Manage>>();
    try (var threads = java.util.concurrent.Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2; i++) {
        runs.add(threads.submit(() -> three.rotate()));
      }
      for (var run : runs) {
        assertThat(run.get().code()).isIn(ExitCodes.OK, ExitCodes.LOCKED);
      }
      assertThat(runs.stream().map(run -> run.resultNow().code())).contains(ExitCodes.OK);
    }
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> three.assertAllHold("AKIARACE", "race", ""));
  }
}
