// Rule: a client's limits are those of one frontend, and count what began there, from wherever in
// its IPv6 network; who is refused
// for another reason has begun nothing.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.FrontendConfig;

class AdmissionTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");

  @TempDir private Path directory;
  private FrontendConfig busy;
  private FrontendConfig strict;
  private final Admission admission = new Admission(() -> 0);

  @BeforeEach
  void read() throws Exception {
    busy = frontend("busy", "");
    strict =
        frontend("strict", "max-connections-per-client = 2, max-connection-rate-per-client = 3");
  }

  private FrontendConfig frontend(String name, String limits) throws Exception {
    return ConfigReader.read(
            Files.writeString(
                directory.resolve("proxy.conf"),
                """
                proxy {
                  frontends.%s { bind = "127.0.0.1:0", default-backend = b, %s }
                  backends.b {}
                }
                """
                    .formatted(name, limits)))
        .frontends()
        .getFirst();
  }

  private @Nullable String said(FrontendConfig frontend) {
    return said(frontend, CLIENT);
  }

  private @Nullable String said(FrontendConfig frontend, InetAddress client) {
    var refusal = admission.admit(client, frontend);
    return refusal == null ? null : refusal.detail();
  }

  @Test
  void whoIsBusyOnOneFrontendIsNotRefusedOnAnother() {
    for (int i = 0; i < 100; i++) {
      assertThat(said(busy)).isNull();
    }
    assertThat(said(strict)).isNull();
    assertThat(said(strict)).isNull();
    assertThat(said(strict)).contains("At most 2 sessions");
    assertThat(admission.taken()).isEqualTo(102);
    admission.discharge(CLIENT, strict);
    assertThat(said(strict)).isNull();
  }

  @Test
  void aRateOfOneFrontendIsNotSpentOnAnother() throws Exception {
    FrontendConfig other = frontend("other", "max-connection-rate-per-client = 3");
    for (int i = 0; i < 3; i++) {
      assertThat(said(other)).isNull();
    }
    assertThat(said(other)).contains("in a second");
    assertThat(said(strict)).isNull();
  }

  @Test
  void anotherAddressOfTheSameNetworkIsTheSameClient() {
    String network = "2001:db8:0:1:";
    assertThat(said(strict, InetAddress.ofLiteral(network + ":1"))).isNull();
    assertThat(said(strict, InetAddress.ofLiteral(network + ":2"))).isNull();
    assertThat(said(strict, InetAddress.ofLiteral(network + "a:b:c:3"))).contains("At most 2");
    admission.discharge(InetAddress.ofLiteral(network + ":1"), strict);
    assertThat(said(strict, InetAddress.ofLiteral(network + ":4"))).isNull();
    admission.discharge(InetAddress.ofLiteral(network + ":2"), strict);
    assertThat(said(strict, InetAddress.ofLiteral(network + ":5"))).contains("in a second");
    assertThat(said(strict, InetAddress.ofLiteral("2001:db8:0:2::1"))).isNull();
  }

  @Test
  void whoHasTooManySessionsDoesNotSpendItsRate() {
    assertThat(said(strict)).isNull();
    assertThat(said(strict)).isNull();
    for (int i = 0; i < 10; i++) {
      assertThat(said(strict)).contains("At most 2 sessions");
    }
    admission.discharge(CLIENT, strict);
    assertThat(said(strict)).as("the third of this second").isNull();
    admission.discharge(CLIENT, strict);
    assertThat(said(strict)).as("the fourth").contains("in a second");
  }

  @Test
  void whoFindsTheProcessFullDoesNotSpendItsRate() {
    admission.limit(0);
    for (int i = 0; i < 10; i++) {
      assertThat(said(strict)).contains("files");
    }
    admission.limit(10);
    assertThat(said(strict)).isNull();
    assertThat(admission.taken()).isEqualTo(1);
  }
}
