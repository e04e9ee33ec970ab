// Values that cannot be meant are refused, with words that say what would be right.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalsTest {
  private static final String SECURE = "security: {enforceSecureDefaults: true}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgres: {password: ''}|postgres.password is empty",
        "postgres: {password: postgres}|everybody tries first",
        "postgres: {password: changeme}|everybody tries first"
      })
  void secureDefaultsRefuseAnEmptyOrDefaultPassword(String password, String words) {
    assertThatThrownBy(() -> Chart.render(SECURE, password))
        .hasMessageContaining(words)
        .hasMessageContaining("envFromSecret");
  }

  @Test
  void butNotWithASecretOrAPassword() {
    assertThat(Chart.render(SECURE, "envFromSecret: theirs").objects()).isNotEmpty();
    assertThat(Chart.render(SECURE, "postgres: {password: Long-And-Odd}").objects()).isNotEmpty();
    assertThat(Chart.render("postgres: {password: postgres}").objects()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "aws: {accessKeyId: A}|belong together",
        "autoscaling: {enabled: true, minReplicas: 9}|minReplicas 9 is more than",
        "tls: {secretName: ''}|tls.secretName is empty",
        "autoscaling: {enabled: true, scaler: {clientCa: true}}|authenticationRef"
      })
  void whatCannotWorkTogether(String values, String words) {
    assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining(words);
  }

  @Test
  void allAtOnce() {
    assertThatThrownBy(() -> Chart.render(SECURE, "{aws: {accessKeyId: A}, tls: {secretName: ''}}"))
        .hasMessageContaining("postgres.password is empty")
        .hasMessageContaining("belong together")
        .hasMessageContaining("tls.secretName is empty");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicacount: 2|replicacount",
        "proxy: {replicas: 2}|replicas",
        "replicaCount: two|replicaCount",
        "deeplake: {rootPath: /mnt/data}|rootPath",
        "deeplake: {rootPath: ''}|rootPath",
        "deeplake: {syncIntervalMs: -1}|syncIntervalMs",
        "autoscaling: {trigger: cpu}|trigger",
        "autoscaling: {threshold: 0}|threshold",
        "proxy: {queueTimeout: 2 minutes}|queueTimeout",
        "proxy: {stats: {auth: nopassword}}|auth",
        "proxy: {service: {type: ExternalName}}|type",
        "drain: {timeoutSeconds: 7200}|timeoutSeconds",
        "drain: {shutdownSeconds: 0}|shutdownSeconds",
        "drain: {shutdownSeconds: 9}|shutdownSeconds",
        "clusterDomain: ''|clusterDomain",
        "clusterDomain: cluster.local.|clusterDomain",
        "tls: {minVersion: TLSv1.1}|minVersion"
      })
  void theSchemaNamesWhatIsWrong(String values, String where) {
    assertThatThrownBy(() -> Chart.render(values))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(where);
  }
}
