// TLS that would not work, or not do what its words promise, is refused with the key and what would
// be right.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsSectionsTest {
  private static final String FRONTEND =
      "proxy.frontends.f { bind = \"h:1\", default-backend = b, tls { %s } }\n";
  private static final String BACKEND = "proxy.backends.b.tls { %s }\n";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode = terminate | tls.mode: terminate needs a certificate",
        "require = true | tls.require: require = true works only with mode = terminate",
        "certificate = a.pem | tls.certificate: a certificate works only with mode = terminate",
        "client-ca = a.pem | tls.client-ca: client-ca works only with mode = terminate",
        "client-certificate = required | tls.client-certificate: client-certificate = required works",
        "mode = terminate, key = k.pem | tls.key: a key without its certificate",
        "mode = terminate, certificate = a.pem, client-certificate = required"
            + " | tls.client-certificate: required needs to know who signs them",
        "mode = terminate, certificate = a.pem, more-certificates = [ { key = k.pem } ]"
            + " | tls.more-certificates[0].key: a key without its certificate",
        "mode = terminate, certificate = a.pem, min-version = TLSv1.1"
            + " | tls.min-version: \"TLSv1.1\" is not allowed; write TLSv1.2 or TLSv1.3",
        "mode = terminate, certificate = \"a\\u0000b\""
            + " | tls.certificate: \"a\\u0000b\" is not the path of a file",
        "more-certificates = [ { certificate = b.pem } ]"
            + " | tls.more-certificates: a certificate works only with mode = terminate",
        "ciphers = TLS_AES_128_GCM_SHA256 | tls.ciphers: \"TLS_AES_128_GCM_SHA256\" is not a list",
      })
  void refusesOnAFrontend(String keys, String problem) {
    assertThat(problems(keys, "mode = off"))
        .anySatisfy(line -> assertThat(line).contains("proxy.frontends.f." + problem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode = verify-full | tls.mode: verifying needs to know who signs",
        "mode = require, ca = a.pem | tls.ca: ca works only with mode = verify-ca or verify-full",
        "shared-certificate = true | tls.shared-certificate: there is none with mode = off",
        "mode = verify-ca, ca = system | tls.mode: with ca = system anybody's certificate would do",
        "mode = require, shared-certificate = true"
            + " | tls.shared-certificate: no frontend of backend b has a certificate",
        "certificate = a.pem | tls.certificate: it is shown to nobody with mode = off",
      })
  void refusesOnABackend(String keys, String problem) {
    assertThat(problems("mode = off", keys))
        .anySatisfy(line -> assertThat(line).contains("proxy.backends.b." + problem));
  }

  @ParameterizedTest
  @CsvSource({"prefer", "require", "verify-ca", "verify-full"})
  void refusesTlsOnBothSidesWhereItBreaksChannelBinding(String mode) {
    String ca = mode.startsWith("verify") ? ", ca = ca.pem" : "";
    assertThat(problems("mode = terminate, certificate = a.pem", "mode = " + mode + ca))
        .singleElement()
        .asString()
        .startsWith("proxy.conf:1: proxy.frontends.f.tls.mode: ")
        .contains("breaks SCRAM's channel binding", "shared-certificate = true");
    String shared = ", shared-certificate = true";
    assertThat(problems("mode = terminate, certificate = a.pem", "mode = " + mode + ca + shared))
        .isEmpty();
    assertThat(
            problems(
                "mode = terminate, certificate = a.pem, more-certificates = [{certificate = b}]",
                "mode = " + mode + ca + shared))
        .singleElement()
        .asString()
        .contains("tls.more-certificates: ");
    assertThat(problems("mode = passthrough", "mode = " + mode + ca)).isEmpty();
    assertThat(problems("mode = off", "mode = " + mode + ca)).isEmpty();
  }

  @Test
  void refusesPlainTextBytesToServersThatMustGetTls() {
    assertThat(
            new ConfigFile(
                    directory,
                    FRONTEND.formatted("mode = off").replace("tls", "mode = tcp, tls")
                        + BACKEND.formatted("mode = require"))
                .problems())
        .singleElement()
        .asString()
        .contains("proxy.frontends.f.mode: backend b has tls.mode = require");
  }

  @Test
  void refusesToTerminateWhereBytesPassAsTheyAre() {
    String both = FRONTEND.formatted("mode = terminate, certificate = a.pem");
    assertThat(problemsOf(both.replace("tls", "mode = tcp, tls") + BACKEND.formatted("")))
        .singleElement()
        .asString()
        .startsWith("proxy.conf:1: proxy.frontends.f.mode: ")
        .contains("write mode = postgres, or tls.mode = passthrough");
    assertThat(
            problemsOf(
                """
                proxy.frontend-defaults.tls { mode = terminate, certificate = a.pem }
                proxy.frontends.f { bind = "h:1", default-backend = b, mode = tcp }
                proxy.backends.b {}
                """))
        .singleElement()
        .asString()
        .startsWith("proxy.conf:2: proxy.frontends.f.mode: ");
  }

  @Test
  void anotherModeOverridesWhatDefaultsHaveForTheirs() {
    assertThat(
            problemsOf(
                """
                proxy.frontend-defaults.tls {
                  mode = terminate, certificate = a.pem, more-certificates = [ { certificate = b } ]
                  require = true, client-ca = ca.pem, client-certificate = required
                }
                proxy.frontends.f { bind = "h:1", default-backend = b, tls.mode = off }
                proxy.backend-defaults.tls { mode = verify-full, ca = ca.pem, certificate = a.pem }
                proxy.backends.b.tls.mode = off
                """))
        .isEmpty();
  }

  @Test
  void defaultsThatContradictThemselvesAreRefused() {
    assertThat(
            problemsOf(
                """
                proxy.frontend-defaults.tls { require = true }
                proxy.frontends.f { bind = "h:1", default-backend = b }
                proxy.backends.b {}
                """))
        .singleElement()
        .asString()
        .startsWith("proxy.conf:1: proxy.frontend-defaults.tls.require: ");
  }

  @Test
  void refusesToCheckANameThatNoCertificateHas() {
    assertThat(
            problemsOf(
                """
                proxy.frontends.f { bind = "h:1", default-backend = b }
                proxy.backends.b {
                  servers = [ { name = s, address = "pg_1:5432" } ]
                  tls { mode = verify-full, ca = ca.pem }
                }
                """))
        .singleElement()
        .asString()
        .startsWith("proxy.conf:4: proxy.backends.b.tls.mode: verify-full cannot check the name")
        .contains("\"pg_1\" of server s");
  }

  @Test
  void filesBeginAtTheDirectoryOfTheFile() throws Exception {
    ProxyConfig config =
        new ConfigFile(
                directory,
                """
                proxy.frontend-defaults.tls { mode = terminate, certificate = ../c.pem }
                proxy.frontends.f {
                  bind = "h:1", default-backend = b
                  tls { key = /k.pem, more-certificates = [ { certificate = d/e.pem } ] }
                }
                proxy.backends.b {}
                """)
            .read();

    FrontendTls tls = config.frontends().getFirst().tls();
    Path parent = directory.toAbsolutePath().resolve("..").normalize();
    assertThat(tls.certificates())
        .extracting(source -> source.certificate().path())
        .containsExactly(parent.resolve("c.pem"), directory.toAbsolutePath().resolve("d/e.pem"));
    FileSetting key = Objects.requireNonNull(tls.certificates().getFirst().key());
    assertThat(key.path()).isEqualTo(Path.of("/k.pem"));
    assertThat(key.where()).endsWith("proxy.conf:4: proxy.frontends.f.tls.key");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.3.4, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "0.0.0.0/0, 1.2.3.4, true",
    "0.0.0.0/0, ::1, false",
    "192.168.6.0/23, 192.168.7.9, true",
    "192.168.6.0/23, 192.168.8.9, false",
    "fd00::/8, fdff::1, true",
    "::1, ::1, true",
  })
  void aNetworkHoldsItsAddresses(String network, String address, boolean in) throws Exception {
    assertThat(Network.parse(network).contains(InetAddress.ofLiteral(address))).isEqualTo(in);
  }

  @ParameterizedTest
  @CsvSource({"localhost", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.0/"})
  void refusesWhatIsNoNetwork(String network) {
    assertThat(
            new ConfigFile(
                    directory,
                    "proxy.frontend-defaults.accept-proxy-protocol = [ \"%s\" ]".formatted(network)
                        + "\n"
                        + FRONTEND.formatted("mode = off")
                        + BACKEND.formatted(""))
                .problems())
        .singleElement()
        .asString()
        .startsWith("proxy.conf:1: proxy.frontend-defaults.accept-proxy-protocol[0]: ")
        .contains("10.0.0.0/8");
  }

  private List<String> problems(String frontend, String backend) {
    return problemsOf(FRONTEND.formatted(frontend) + BACKEND.formatted(backend));
  }

  private List<String> problemsOf(String file) {
    return new ConfigFile(directory, file).problems();
  }
}
