// What leaves and comes back is itself, whoever waits is not forgotten, and every end of a reload
// is
// told as what it is.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.log.Logging;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.ReloadResult.Applied;
import org.pgdeeplake.proxy.operation.ReloadResult.Refused;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

class AssemblyTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Caller CALLER = new Caller("test", "", null);
  private static final String Y = "frontends.fy { bind = \"127.0.0.1:0\", default-backend = y }\n";
  private static final String X = "frontends.fx { bind = \"127.0.0.1:0\", default-backend = x }\n";
  private static final String SERVER_Y = "backends.y.servers = []\n";
  private static final String SERVER_X =
      "backends.x.servers = [ { name = s1, address = \"127.0.0.1:1\" },"
          + " { name = s2, address = \"127.0.0.1:1\" } ]\n";
  private static final String BOTH = X + Y + SERVER_X + SERVER_Y;

  @TempDir private Path directory;

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("assembly-test", 1);
  private final Resolver resolver = new Resolver(transport);
  private final Metrics metrics = new Metrics();
  private final ScheduledExecutorService thread = Reloads.newThread();

  /** What the port of operators does when it is opened, and when it is told to listen. */
  private final AtomicReference<@Nullable Runnable> opening = new AtomicReference<>();

  private final AtomicReference<@Nullable Runnable> listening = new AtomicReference<>();

  @Nullable private Assembly made;

  private static void run(AtomicReference<@Nullable Runnable> hook) {
    Runnable task = hook.get();
    if (task != null) {
      task.run();
    }
  }

  private Assembly assembly() throws Exception {
    OperatorPort port =
        new OperatorPort(
            "admin",
            config -> config.admin().bind(),
            bind -> {
              run(opening);
              return Listener.bind(new HostPort("127.0.0.1", 0), loops, transport);
            },
            (listener, config) -> run(listening));
    Assembly assembly =
        new Assembly(
            new Ground(
                transport,
                loops,
                loops,
                resolver,
                new ServerConnector(transport, resolver),
                metrics,
                new TlsTraffic(handshake -> {}),
                new Demand(file(BOTH).config().demand(), loops),
                new Sessions(),
                Logging.ofProcess()),
            List.of(port),
            thread);
    made = assembly;
    assembly.apply(file(BOTH));
    return assembly;
  }

  private int adminPort = 1;

  /** Each with another address of the admin port, so that it is opened anew. */
  private LoadedConfig file(String text) throws Exception {
    String admin = "admin.bind = \"127.0.0.1:" + adminPort++ + "\"\n";
    return ConfigReader.load(
        Files.writeString(
            directory.resolve("proxy.conf"), "proxy {\nthreads = 1\n" + admin + text + "}\n"));
  }

  @AfterEach
  void close() {
    thread.shutdown();
    Assembly assembly = Objects.requireNonNull(made);
    assembly.close();
    assembly.closeTls();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    resolver.close();
  }

  @Test
  void whatComesBackIsItselfWithWhatOperatorsHaveSaid() throws Exception {
    Assembly assembly = assembly();
    Backend backend = assembly.topology().backend("x").orElseThrow();
    Frontend frontend = assembly.topology().frontends().getFirst();
    backend.administration().pause();
    backend.administration().administer(backend.servers().getFirst(), AdministrativeState.DRAIN);
    for (int i = 0; i < 2; i++) {
      assembly.apply(file(Y + SERVER_Y));
      assertThat(backend.administration().paused()).as("where nobody could resume it").isFalse();
      assertThat(backend.servers())
          .allMatch(server -> server.administrative() == AdministrativeState.READY);

      assembly.apply(file(BOTH));
      assertThat(assembly.topology().backend("x")).containsSame(backend);
      assertThat(assembly.topology().frontends().getFirst()).isSameAs(frontend);
      assertThat(backend.administration().paused()).isTrue();
      assertThat(backend.servers())
          .extracting(server -> server.administrative())
          .containsExactly(AdministrativeState.DRAIN, AdministrativeState.READY);
    }
  }

  @Test
  void whatRunsIsReadyAllTheTime() throws Exception {
    Assembly assembly = assembly();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Boolean> closedSeen =
        CompletableFuture.supplyAsync(
            () -> {
              boolean closed = false;
              while (!over.get()) {
                Topology now = assembly.topology();
                boolean bound = now.frontends().stream().allMatch(Frontend::bound);
                // What ran a moment ago may close.
                closed |= !bound && now.equals(assembly.topology());
              }
              return closed;
            },
            AssemblyTest::start);
    for (int i = 0; i < 50; i++) {
      assembly.apply(file(Y.replace("fy", "f" + i) + SERVER_Y));
    }
    over.set(true);
    assertThat(closedSeen.get(10, TimeUnit.SECONDS)).isFalse();
  }

  private ReloadResult reload(Assembly assembly, String text) throws Exception {
    Path path = Objects.requireNonNull(file(text).path());
    try (Reloads reloads = new Reloads(thread, path, assembly, metrics)) {
      return reloads.request(CALLER).get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void whatFailsHalfWayIsNotCalledRefused() throws Exception {
    Assembly assembly = assembly();
    listening.set(() -> {
      throw new IllegalStateException("a bug");
    });
    try (LoggedLines log = new LoggedLines(Reloads.class.getName())) {
      assertThat(((Refused) reload(assembly, BOTH)).problems())
          .containsExactly(
              "internal error: java.lang.IllegalStateException: a bug",
              "a part of the new configuration may run by now");
      assertThat(log.lines())
          .anyMatch(line -> line.startsWith("reload failed half-way: "))
          .noneMatch(line -> line.contains("as before"));
    }
  }

  @Test
  void anErrorIsAnAnswerToo() throws Exception {
    Assembly assembly = assembly();
    opening.set(() -> {
      throw new LinkageError("out of luck");
    });
    assertThat(((Refused) reload(assembly, BOTH)).problems())
        .containsExactly("internal error: java.lang.LinkageError: out of luck");
  }

  @Test
  void theEndDoesNotWaitForAnAddressAndNothingOpensAfterIt() throws Exception {
    Assembly assembly = assembly();
    CountDownLatch resolving = new CountDownLatch(1);
    CountDownLatch resolved = new CountDownLatch(1);
    opening.set(() -> {
      resolving.countDown();
      awaitQuietly(resolved);
    });
    LoadedConfig file = file(BOTH);
    CompletableFuture<Void> applying =
        CompletableFuture.runAsync(
            () -> {
              try {
                assembly.apply(file);
              } catch (StartException e) {
                throw new IllegalStateException(e.getMessage(), e);
              }
            },
            AssemblyTest::start);
    assertThat(resolving.await(10, TimeUnit.SECONDS)).isTrue();
    try {
      CompletableFuture.runAsync(assembly::stopAccepting, AssemblyTest::start)
          .get(10, TimeUnit.SECONDS);
    } finally {
      resolved.countDown();
    }
    assertThatThrownBy(() -> applying.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("the proxy is shutting down");
    assertThat(assembly.topology().frontends()).noneMatch(Frontend::bound);
  }

  /** The common pool has as few threads as the machine has processors. */
  private static void start(Runnable task) {
    var _ = Thread.ofPlatform().daemon().start(task);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT.toSeconds() * 2, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever asks while one runs has the next in common; both are answered. */
  @Test
  void severalAtOnce() throws Exception {
    Assembly assembly = assembly();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger opened = new AtomicInteger();
    opening.set(() -> {
      opened.incrementAndGet();
      running.countDown();
      awaitQuietly(goOn);
    });
    Path path = Objects.requireNonNull(file(BOTH).path());
    try (Reloads reloads = new Reloads(thread, path, assembly, metrics)) {
      CompletableFuture<ReloadResult> first = reloads.request(CALLER);
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      var _ = file(BOTH);
      CompletableFuture<ReloadResult> second = reloads.request(CALLER);
      CompletableFuture<ReloadResult> third = reloads.request(CALLER);
      goOn.countDown();
      for (CompletableFuture<ReloadResult> one : List.of(first, second, third)) {
        assertThat(one.get(10, TimeUnit.SECONDS)).isInstanceOf(Applied.class);
      }
      assertThat(opened).as("the second and the third are one").hasValue(2);
    }
  }
}
