// What a service manager or a container starts is understood without picocli, and nothing else is:
// whatever picocli would take for more than a path is left to it.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderTest {
  @ParameterizedTest
  @ValueSource(strings = {"proxy.conf", "/etc/pg-proxy/proxy.conf", "../a b/c_d-1+2.conf", "."})
  void aFileIsServed(String file) {
    assertThat(Order.plain("--config", file)).isEqualTo(new Order(Path.of(file), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--config",
        "--config|",
        "--config|-",
        "--config|--check",
        "--config|--config",
        "--config|@arguments",
        "--config|\"quoted\"",
        "--config|${sys:user.home}",
        "--config=proxy.conf",
        "--config|proxy.conf|--check",
        "--check|--config|proxy.conf",
        "--confi|proxy.conf",
        "--help",
      })
  void everythingElseIsLeftToPicocli(String line) {
    String[] args = line.isEmpty() ? new String[0] : line.split("\\|", -1);

    assertThat(Order.plain(args)).isNull();
  }
}
