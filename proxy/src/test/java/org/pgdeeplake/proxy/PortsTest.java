// Every address that is wanted is open at the end, or none that was not open before; what stands in
// the way is said with its place, all at once.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.Ports.Owner;
import org.pgdeeplake.proxy.Ports.Wanted;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.ReservedPort;

class PortsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Owner ADMIN = new Owner("admin", "");
  private static final Owner A = new Owner("frontend", "a");
  private static final Owner B = new Owner("frontend", "b");

  @TempDir private Path directory;

  private final Ports ports = new Ports();
  private Transport transport = Transport.select(TransportChoice.AUTO);
  private EventLoopGroup loops = transport.loops("ports-test", 1);

  @SuppressWarnings("NullAway.Init") // set before each test
  private LoadedConfig file;

  @BeforeEach
  void read() throws Exception {
    file =
        ConfigReader.load(
            Files.writeString(
                directory.resolve("proxy.conf"),
                """
                proxy {
                  admin.bind = "127.0.0.1:0"
                  frontends.a { bind = "127.0.0.1:0", default-backend = b }
                  frontends.b {
                    bind = "127.0.0.1:0"
                    default-backend = b }
                  backends.b.servers = []
                }
                """));
  }

  @AfterEach
  void close() {
    ports.close("frontend");
    ports.close("admin");
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Wanted wanted(Owner owner, String host, int port) {
    return new Wanted(
        owner,
        new HostPort(host, port),
        bind -> Listener.bind(bind, loops, transport),
        owner.equals(ADMIN)
            ? List.of("proxy", "admin", "bind")
            : List.of("proxy", "frontends", owner.name(), "bind"));
  }

  private Wanted wanted(Owner owner, ReservedPort port) {
    return wanted(owner, "127.0.0.1", port.number());
  }

  private Ports.Prepared use(Wanted... wanted) throws StartException {
    Ports.Prepared prepared = ports.prepare(List.of(wanted), file);
    prepared
        .listeners()
        .forEach((owner, listener) -> listener.accept(owner.toString(), connection -> {}));
    ports.use(prepared);
    return prepared;
  }

  @ParameterizedTest
  @EnumSource(
      names = {"AUTO", "IO_URING", "NIO"},
      value = TransportChoice.class)
  void everythingInTheWayIsSaidAndNothingStaysOpen(TransportChoice choice) throws Exception {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    transport = Transport.select(choice);
    loops = transport.loops("ports-test", 1);
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
        ReservedPort free = new ReservedPort()) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() ->
              use(
                  wanted(A, free),
                  wanted(B, "no.such.name.invalid", 1),
                  wanted(ADMIN, "127.0.0.1", port)))
          .isInstanceOf(StartException.class)
          .hasMessage(
              "%1$s:5: proxy.frontends.b.bind: cannot listen on no.such.name.invalid:1 (frontend b):"
                      .formatted(directory.resolve("proxy.conf"))
                  + " the name cannot be resolved\n"
                  + "%1$s:2: proxy.admin.bind: cannot listen on 127.0.0.1:%2$d (admin): Address already in use"
                      .formatted(directory.resolve("proxy.conf"), port));
      assertClosed(free);
    }
  }

  /** With NIO the socket closes in the loop's next turn: the JDK waits for its selector. */
  private static void assertClosed(ReservedPort port) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() ->
            assertThatThrownBy(() -> new Socket(LOOPBACK, port.number()).close())
                .isInstanceOf(IOException.class));
  }

  @Test
  void aBugLeavesNothingOpenEither() throws Exception {
    try (ReservedPort free = new ReservedPort()) {
      Wanted broken =
          new Wanted(
              B,
              new HostPort("127.0.0.1", 0),
              bind -> {
                throw new IllegalStateException("a bug");
              },
              List.of("proxy", "frontends", "b", "bind"));
      assertThatThrownBy(() -> use(wanted(A, free), broken))
          .isInstanceOf(IllegalStateException.class);
      assertClosed(free);
    }
  }

  @Test
  void whoKeepsAnAddressKeepsItsListenerAndOthersSwap() throws Exception {
    try (ReservedPort one = new ReservedPort();
        ReservedPort two = new ReservedPort()) {
      Ports.Prepared before = use(wanted(A, one), wanted(B, two), wanted(ADMIN, "127.0.0.1", 0));
      Ports.Prepared after = use(wanted(A, two), wanted(B, one), wanted(ADMIN, "127.0.0.1", 0));
      assertThat(after.of(A)).isSameAs(before.of(B));
      assertThat(after.of(B)).isSameAs(before.of(A));
      assertThat(after.of(ADMIN)).isSameAs(before.of(ADMIN));
      assertThat(after.opened()).isEmpty();
    }
  }

  @Test
  void whatNobodyWantsCloses() throws Exception {
    try (ReservedPort one = new ReservedPort();
        ReservedPort two = new ReservedPort()) {
      Listener gone = use(wanted(A, one)).of(A);
      Listener next = use(wanted(A, two)).of(A);
      await().atMost(LIMIT).until(() -> !gone.open());
      assertThat(next.open()).isTrue();
    }
  }

  /** What is given up is open for a moment yet: who wants it back waits for that. */
  @Test
  void anAddressComesAndGoesAtOnce() throws Exception {
    try (ReservedPort one = new ReservedPort();
        ReservedPort two = new ReservedPort()) {
      for (int i = 0; i < 10; i++) {
        assertThat(use(wanted(A, one)).of(A).address().getPort()).isEqualTo(one.number());
        assertThat(use(wanted(A, two)).of(A).address().getPort()).isEqualTo(two.number());
      }
    }
  }

  /** The kernel would have to take both, and would not tell them apart. */
  @Test
  void anAddressThatOverlapsOneOfOursNeedsARestart() throws Exception {
    try (ReservedPort port = new ReservedPort()) {
      use(wanted(A, port));
      assertThatThrownBy(() -> use(wanted(A, "0.0.0.0", port.number())))
          .hasMessageContaining("Address already in use; frontend a has 127.0.0.1:")
          .hasMessageEndingWith(" until then, and what overlaps that needs a restart");
      // And the role of an address does not change without one.
      assertThatThrownBy(() -> use(wanted(ADMIN, port))).hasMessageContaining("needs a restart");
    }
  }
}
