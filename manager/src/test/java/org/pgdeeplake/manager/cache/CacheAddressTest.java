package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A REDIS_URL means what it means to redis-py, and its password is never repeated. */
class CacheAddressTest {
  @Test
  void readsEveryPart() throws CacheFailed {
    CacheAddress address =
        CacheAddress.parse(
            "rediss+cluster://ops:a%40b%2Bc+d@r1,r2:7000,[::1]:7001/?ssl_ca_certs=/etc/ca.pem");

    assertThat(address.endpoints())
        .isEqualTo(
            List.of(new Endpoint("r1", 6379), new Endpoint("r2", 7000), new Endpoint("::1", 7001)));
    assertThat(address.user()).isEqualTo("ops");
    assertThat(address.password()).isEqualTo("a@b+c+d");
    assertThat(address.tls()).isTrue();
    assertThat(address.cluster()).isTrue();
    assertThat(address.verified()).isTrue();
    assertThat(address.certificates()).isEqualTo(Path.of("/etc/ca.pem"));
    assertThat(address).hasToString("rediss+cluster://r1:6379,r2:7000,[::1]:7001");
  }

  @Test
  void theDeploymentsOwn() throws CacheFailed {
    CacheAddress address = CacheAddress.parse("redis://redis:6379\n");

    assertThat(address.endpoints()).containsExactly(new Endpoint("redis", 6379));
    assertThat(address.password()).isNull();
    assertThat(address.cluster()).isFalse();
    assertThat(address.database()).isZero();
  }

  @Test
  void passwordWithoutUserAndDatabase() throws CacheFailed {
    CacheAddress address = CacheAddress.parse("redis://:hunter2@redis/3?timeout=5");

    assertThat(address.user()).isNull();
    assertThat(address.password()).isEqualTo("hunter2");
    assertThat(address.database()).isEqualTo(3);
    assertThat(CacheAddress.parse("redis://redis?db=4").database()).isEqualTo(4);
    assertThat(CacheAddress.parse("redis://hunter2@redis").password()).isEqualTo("hunter2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | redis://",
        "hunter2 | redis://",
        "http://:hunter2@redis | redis://",
        "unix:///run/hunter2 | redis://",
        "redis://:hunter2@ | names no host",
        "redis://:hunter2@redis, | names no host",
        "redis://:hunter2@redis:port | 'redis:port'",
        "redis://:hunter2@redis:70000 | 1 to 65535",
        "redis://:hunter2@redis/x | database",
        "redis://:hunter2/@redis | %2F",
        "redis://:hunter2/ab@redis:1 | %2F",
        "redis://:hunter2%@redis | %25",
        "rediss://:hunter2@redis?ssl_keyfile=a | ssl_keyfile",
        "rediss://:hunter2@redis?ssl_cert_reqs=maybe | ssl_cert_reqs=maybe",
      })
  void saysWhatIsWrongWithoutThePassword(String url, String part) {
    assertThatThrownBy(() -> CacheAddress.parse(url))
        .isInstanceOfSatisfying(
            CacheFailed.class,
            e -> {
              assertThat(e.reason()).isEqualTo(CacheFailed.Reason.ADDRESS);
              assertThat(e).hasMessageContaining(part).hasMessageContaining("REDIS_URL");
              assertThat(e).hasNoCause().hasMessageNotContaining("hunter2");
            });
  }
}
