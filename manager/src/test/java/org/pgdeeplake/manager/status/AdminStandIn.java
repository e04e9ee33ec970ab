package org.pgdeeplake.manager.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a proxy's admin port tells, as the test wants it. */
final class AdminStandIn implements AutoCloseable {
  private final HttpServer http;
  private final AtomicInteger looks = new AtomicInteger();
  private volatile String servers = "";
  private volatile boolean paused;
  private volatile int waiting;
  private volatile double oldestSeconds = 4.5;

  /** A server as the proxy sees it. */
  record Seen(String name, String status, String administrative) {
    static Seen up(String name) {
      return new Seen(name, "UP", "ready");
    }

    String json() {
      return """
      {"name":"%s","backend":"pg_backends","address":"127.0.0.1:1","status":"%s","up":%s,
       "administrative":"%s",
       "check":{"status":"L7OK","description":"","info":"as the test says","durationMillis":1},
       "sessions":3,"maxSessions":3,"limit":0,"sessionsTotal":9,"bytesIn":0,"bytesOut":0,
       "connectErrors":0,"responseErrors":0,"secondsSinceChange":1.5,"downSeconds":0,
       "timesDown":0,"failedChecks":0}
      """
          .formatted(name, status, status.startsWith("UP"), administrative);
    }
  }

  AdminStandIn() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    http.createContext("/api/v1/backends", exchange -> answer(exchange, backends()));
    http.createContext("/api/v1/demand", exchange -> answer(exchange, demand()));
    http.start();
    both();
  }

  private void answer(HttpExchange exchange, String body) throws IOException {
    looks.incrementAndGet();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String backends() {
    return """
    {"backends":[{"name":"pg_backends","status":"UP","paused":%s,"serversUp":1,
     "queue":{"waiting":%d,"max":0,"limit":0,"timeoutSeconds":120,"averageSeconds":0,"oldestSeconds":4.5},
     "sessions":3,"maxSessions":3,"sessionsTotal":9,"bytesIn":0,"bytesOut":0,"connectErrors":0,
     "responseErrors":0,"redispatches":0,"secondsSinceChange":1,"downSeconds":0,"timesDown":0,
     "servers":[%s]}]}
    """
        .formatted(paused, waiting, servers);
  }

  private String demand() {
    return """
    {"demand":%d,"waiting":%d,"lingering":0,"busy":0,"inTransaction":0,"idle":0,"opaque":0,
     "oldestWaiterSeconds":%.1f,"serversUp":%d,"noWake":{},"backends":{}}
    """
        .formatted(waiting, waiting, oldestSeconds, oldestSeconds > 10 ? 0 : 1);
  }

  void see(Seen... seen) {
    servers = Stream.of(seen).map(Seen::json).collect(Collectors.joining(","));
  }

  /** As most tests have it. */
  void both() {
    see(Seen.up("pg-deeplake-1"), Seen.up("pg-deeplake-2"));
    paused = false;
    waiting = 0;
    oldestSeconds = 4.5;
  }

  /** A client waits, and nobody starts anything. */
  void stuck(double seconds) {
    waiting = 1;
    oldestSeconds = seconds;
  }

  void pause(int clients) {
    paused = true;
    waiting = clients;
  }

  int looks() {
    return looks.get();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
