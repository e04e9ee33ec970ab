package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.pgdeeplake.proxy.support.RawClient;

/** Who comes and goes at once. */
enum Churn {
  /** As scanners of ports and TCP checks of balancers. */
  CONNECT(30),
  HALF_A_STARTUP(10),
  /** Gone while a server is being found for it. */
  STARTUP(4),
  HANDSHAKE(10),
  /** Of a key that nobody has. */
  CANCEL(20),
  SCRAPE(2),
  DEMAND(8),
  /** The stats page, which is not for everybody. */
  FORBIDDEN(2),
  NO_SUCH_PAGE(4),
  HALF_A_REQUEST(4);

  private static final int LIMIT_MS = 30_000;
  private static final int WEIGHTS = Arrays.stream(values()).mapToInt(each -> each.weight).sum();

  private final int weight;

  Churn(int weight) {
    this.weight = weight;
  }

  static Churn any(Random random) {
    int left = random.nextInt(WEIGHTS);
    for (Churn each : values()) {
      left -= each.weight;
      if (left < 0) {
        return each;
      }
    }
    throw new AssertionError();
  }

  /** Comes and goes; throws if it is not served as it should be. */
  void come(Stage stage, Random random) throws IOException {
    switch (this) {
      case CONNECT -> RawClient.open(stage.address()).close();
      case HALF_A_STARTUP -> send(stage, Arrays.copyOf(RawClient.startup(), 12));
      case STARTUP -> send(stage, RawClient.startup());
      case HANDSHAKE -> {
        try (RawClient client = RawClient.open(stage.address())) {
          client.startTls().close();
        }
      }
      case CANCEL -> {
        byte[] key = new byte[8];
        random.nextBytes(key);
        try (RawClient client = RawClient.open(stage.address())) {
          client.send(RawClient.cancelRequest(key));
          if (client.read() != null) {
            throw new IOException("a cancel request of nobody's key is answered");
          }
        }
      }
      case SCRAPE -> get(stage.adminAddress(), "/metrics", 200);
      case DEMAND -> get(stage.adminAddress(), "/api/v1/demand", 200);
      case FORBIDDEN -> get(stage.adminAddress(), "/stats", 403);
      case NO_SUCH_PAGE -> get(stage.adminAddress(), "/nobody/has/this", 404);
      case HALF_A_REQUEST -> {
        try (Socket socket = open(stage.adminAddress())) {
          socket.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
        }
      }
    }
  }

  private static void send(Stage stage, byte[] packet) throws IOException {
    try (RawClient client = RawClient.open(stage.address())) {
      client.send(packet);
    }
  }

  private static Socket open(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.connect(address, LIMIT_MS);
    socket.setSoTimeout(LIMIT_MS);
    return socket;
  }

  private static void get(InetSocketAddress address, String path, int status) throws IOException {
    try (Socket socket = open(address)) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      String first = new String(answer, StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
      if (!first.startsWith("HTTP/1.1 " + status)) {
        throw new IOException(path + " is answered with " + first);
      }
    }
  }
}
