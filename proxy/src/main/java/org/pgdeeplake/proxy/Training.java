package org.pgdeeplake.proxy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntBiFunction;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.Transport;

/**
 * {@code pg-proxy --train}: one start, a long rehearsal and an end, from which a JVM with {@code
 * -XX:AOTCacheOutput} learns which classes, profiles and links later starts need (JEP 483, 514 and
 * 515). Needs no free port but those that the system chooses.
 */
final class Training {
  static final String OPTION = "--train";
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int POLL_MILLIS = 50;
  private static final String FRONTEND = "pg_frontend";
  private static final String TLS_FRONTEND = "tls_frontend";
  private static final Duration GUESTS = Duration.ofSeconds(6);

  private static final List<String> PAGES =
      List.of("/metrics", "/health/ready", "/stats;csv", "/api/v1/demand", "/api/v1/backends");

  private Training() {}

  private static String configuration(Path certificate, int serverPort) {
    return """
    proxy {
      warm-up = 10s
      frontends.pg_frontend { bind = "127.0.0.1:0", default-backend = pg_backends }
      frontends.tls_frontend {
        bind = "127.0.0.1:0", default-backend = pg_backends
        tls { mode = terminate, certificate = "%s" }
      }
      backends.pg_backends.servers = [ { name = pg-deeplake-1, address = "127.0.0.1:%d" } ]
      admin.bind = "127.0.0.1:0"
      shutdown.drain-timeout = 0s
    }
    """
        .formatted(certificate, serverPort);
  }

  static boolean asked(String... args) {
    return args.length == 1 && args[0].equals(OPTION);
  }

  /**
   * Blocks; returns the exit code.
   *
   * @param serve as of a proxy that is not trained
   */
  static int run(
      PrintWriter out, PrintWriter err, ToIntBiFunction<LoadedConfig, PrintWriter> serve) {
    try (TrainingServer server = new TrainingServer()) {
      Path directory = Files.createTempDirectory("train");
      Path file = directory.resolve("proxy.conf");
      Path certificate = directory.resolve("training.pem");
      try {
        Files.writeString(
            file, configuration(TrainingCertificate.create(directory), server.port()));
        return Main.run(out, err, serve, "--config", file.toString());
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(certificate);
        Files.delete(directory);
      }
    } catch (IOException e) {
      err.println("pg-proxy: the training needs a directory for a file: " + e.getMessage());
      return ProxyCommand.FAILED;
    }
  }

  /** Has it visited and, when it is warm, ended; does not wait for that. */
  static void begin(Proxy proxy, PrintWriter err) {
    Thread.ofPlatform().daemon().name("training").start(() -> visit(proxy, err));
  }

  private static void visit(Proxy proxy, PrintWriter err) {
    try {
      long end = System.nanoTime() + LIMIT_NANOS;
      InetSocketAddress frontend = proxy.address(FRONTEND);
      try (Socket socket = new Socket(frontend.getAddress(), frontend.getPort())) {
        TrainingServer.visit(socket);
      }
      while (!proxy.ready()) {
        if (System.nanoTime() > end) {
          throw new IOException("the training came to no end");
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      TrainingGuests.visit(
          proxy.address(TLS_FRONTEND), Transport.select(TransportChoice.AUTO), GUESTS);
      for (String page : PAGES) {
        get(proxy.adminAddress(), page);
      }
      proxy.shutdown();
    } catch (IOException | RuntimeException e) {
      err.println("pg-proxy: training: " + e.getMessage());
      Runtime.getRuntime().halt(ProxyCommand.FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void get(InetSocketAddress admin, String page) {
    try (Socket socket = new Socket(admin.getAddress(), admin.getPort())) {
      String request = "GET " + page + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var _ = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
