package org.pgdeeplake.manager;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of the proxy's admin port that the manager uses, over real HTTP. */
public final class ProxyStandIn implements AutoCloseable {
  private static final String END = "";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CopyOnWriteArrayList<BlockingQueue<String>> streams = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile String last = line(0, 0);

  /** Port 0: any free one. */
  public ProxyStandIn(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
    server.createContext("/health/ready", exchange -> answer(exchange, 200));
    server.createContext("/api/v1/demand/stream", this::stream);
    server.createContext(
        "/demand/",
        exchange -> {
          demand(Integer.parseInt(exchange.getRequestURI().getPath().substring(8)));
          answer(exchange, 200);
        });
    server.setExecutor(threads);
    server.start();
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private void stream(HttpExchange exchange) throws IOException {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    streams.add(lines);
    connections.incrementAndGet();
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (String line = last; !line.equals(END); line = lines.take()) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException _) {
      // close()
    } finally {
      streams.remove(lines);
    }
  }

  private static String line(int demand, int waiting) {
    return "{\"demand\":%d,\"waiting\":%d,\"noWake\":{\"pg_isready\":7}}"
        .formatted(demand, waiting);
  }

  /** So many sessions wait. */
  public void demand(int waiting) {
    send(line(waiting, waiting));
  }

  public void send(String line) {
    last = line;
    streams.forEach(stream -> stream.add(line));
  }

  /** How often the stream was opened. */
  public int connections() {
    return connections.get();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  @Override
  public void close() {
    streams.forEach(stream -> stream.add(END));
    server.stop(0);
    threads.shutdownNow();
    threads.close();
  }

  /** As {@code pg-proxy --config FILE}: serves the admin port that the file names. */
  public static void main(String[] args) throws IOException {
    Matcher admin =
        Pattern.compile("admin \\{ bind = \"127.0.0.1:(\\d+)\" }")
            .matcher(Files.readString(Path.of(args[1])));
    if (!args[0].equals("--config") || !admin.find()) {
      throw new IllegalArgumentException(String.join(" ", args));
    }
    ProxyStandIn proxy = new ProxyStandIn(Integer.parseInt(admin.group(1)));
    System.out.println("stand-in listens on " + proxy.port());
  }
}
