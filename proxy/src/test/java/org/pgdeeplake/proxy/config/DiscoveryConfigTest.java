// Rule: a template stands for the servers that it seems to stand for, and what is none says why.
package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;

class DiscoveryConfigTest {
  private static final String FRONTEND =
      "proxy.frontends.f { bind = \"0.0.0.0:5432\", default-backend = b }\n";

  @TempDir private Path directory;

  private BackendConfig backend(String discovery) throws ConfigException {
    return new ConfigFile(directory, FRONTEND + "proxy.backends.b.discovery { " + discovery + " }")
        .read()
        .backends()
        .getFirst();
  }

  private List<String> problems(String backend) {
    return new ConfigFile(directory, FRONTEND + "proxy.backends.b { " + backend + " }").problems();
  }

  @Test
  void aTemplateIsAServerForEachNumber() throws Exception {
    BackendConfig backend =
        backend(
            "dns = \"pg-deeplake-{0..2}.pg-headless:5432\", max-connections = 7,"
                + " send-proxy-protocol = true, nameserver = \"[fd00::a]:53\", interval = 1s");
    assertThat(backend.servers())
        .containsExactly(
            server("pg-deeplake-0", "pg-deeplake-0.pg-headless"),
            server("pg-deeplake-1", "pg-deeplake-1.pg-headless"),
            server("pg-deeplake-2", "pg-deeplake-2.pg-headless"));
    assertThat(backend.discovery().followed()).isNull();
    assertThat(backend.discovery().lookup())
        .isEqualTo(new NameLookup(new HostPort("fd00::a", 53), Duration.ofSeconds(1)));
  }

  private static ServerConfig server(String name, String host) {
    return new ServerConfig(name, new HostPort(host, 5432), 7, true);
  }

  @ParameterizedTest
  @CsvSource({
    "pg-{3..3}:1, pg-3, pg-3, 1",
    "pg-{8..11}.x:1, pg-8, pg-11, 4",
    "a{0..999}b.x.:1, a0b, a999b, 1000",
  })
  void rangesBeginAnywhere(String dns, String first, String last, int count) throws Exception {
    List<ServerConfig> servers = backend("dns = \"" + dns + "\"").servers();
    assertThat(servers).hasSize(count);
    assertThat(servers.getFirst().name()).isEqualTo(first);
    assertThat(servers.getLast().name()).isEqualTo(last);
  }

  @Test
  void aNameIsFollowed() throws Exception {
    BackendConfig backend = backend("dns = \"pg.example:5433\"");
    assertThat(backend.servers()).isEmpty();
    assertThat(backend.discovery().followed()).isEqualTo(new HostPort("pg.example", 5433));
  }

  @Test
  void withoutItServersAreListed() throws Exception {
    BackendConfig backend = backend("interval = 9s");
    assertThat(backend.discovery().followed()).isNull();
    assertThat(backend.discovery().lookup()).isEqualTo(NameLookup.SYSTEM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "pg-{2..1}.x:1 | counts down: that is no server; write {1..2}",
        "pg-{0..1000}.x:1 | are 1001 servers; at most 1000 are possible",
        "pg-{..}.x:1 | is no template: it has one {first..last}, in its first label;"
            + " write \"name:5432\", or \"name-{0..7}.domain:5432\" for a name for each server",
        "pg-{0..1}-{0..1}:1 | is no template: it has one {first..last}, in its first label;"
            + " write \"name:5432\", or \"name-{0..7}.domain:5432\" for a name for each server",
        "pg.x{0..1}:1 | is no template: it has one {first..last}, in its first label;"
            + " write \"name:5432\", or \"name-{0..7}.domain:5432\" for a name for each server",
        "pg-{01..7}:1 | is no template: it has one {first..last}, in its first label;"
            + " write \"name:5432\", or \"name-{0..7}.domain:5432\" for a name for each server",
        "10.0.0.7:1 | is an address, not a name; write it into servers",
      })
  void whatIsWrongWithDns(String dns, String expected) {
    assertThat(problems("discovery.dns = \"" + dns + "\""))
        .containsExactly(
            "proxy.conf:2: proxy.backends.b.discovery.dns: \"" + dns + "\" " + expected);
  }

  @Test
  void addressesAreAsGoodAsElsewhere() {
    assertThat(problems("discovery.dns = \"pg-{0..7}.x\""))
        .containsExactly(
            "proxy.conf:2: proxy.backends.b.discovery.dns: \"pg-7.x\" has no port; write"
                + " host:port, such as 0.0.0.0:5432 or [::1]:5432");
    assertThat(problems("discovery { dns = \"pg:0\", nameserver = \"ns:53\", interval = 0s }"))
        .containsExactly(
            "proxy.conf:2: proxy.backends.b.discovery.dns: \"pg:0\": the port must be a whole"
                + " number from 1 to 65535",
            "proxy.conf:2: proxy.backends.b.discovery.interval: \"0s\" is too short; write at"
                + " least 1ms",
            "proxy.conf:2: proxy.backends.b.discovery.nameserver: \"ns:53\" is not an address;"
                + " write one, such as 10.96.0.10:53");
  }

  @Test
  void serversAreListedOrFound() {
    assertThat(
            problems(
                "servers = [ { name = a, address = \"h:1\" } ]\n"
                    + "discovery.dns = \"pg-{0..7}.x:1\""))
        .containsExactly(
            "proxy.conf:3: proxy.backends.b.discovery.dns: there are servers, too (proxy.conf:2);"
                + " write one of the two");
  }

  @Test
  void aNameThatNoCertificateCanHave() {
    assertThat(problems("discovery.dns = \"pg_x:1\", tls { mode = verify-full, ca = system }"))
        .containsExactly(
            "proxy.conf:2: proxy.backends.b.tls.mode: verify-full cannot check the name \"pg_x\" of"
                + " discovery.dns: host names have no underscore (RFC 1123); write another name, or"
                + " verify-ca");
  }

  /** What is wanted at most cannot be what there is. */
  @Test
  void aPlainNameWantsAMaximumOfTheScaler() throws ConfigException {
    String scaler = "discovery.dns = \"pg.x:1\" }\nproxy.scaler { enabled = true";
    assertThat(problems(scaler))
        .singleElement()
        .asString()
        .contains("proxy.scaler.max-instances: 0 is the number of servers", "backend b");
    assertThat(
            backend("dns = \"pg.x:1\" }\nproxy.scaler { enabled = true, max-instances = 4")
                .discovery()
                .followed())
        .isNotNull();
  }
}
