package org.pgdeeplake.benchmarks.peer;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Ports;

/** What our proxy tells at its admin address. */
public final class Admin implements AutoCloseable {
  private static final Pattern WAITING = Pattern.compile("\"waiting\":(\\d+)");
  private static final Pattern DEMAND = Pattern.compile("\"demand\":(\\d+)");
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  /** Waits until it listens, which may be later than the proxy's first session. */
  public Admin(RunningPeer peer) throws BenchFailed, InterruptedException {
    this.port = peer.adminPort().orElseThrow();
    Ports.awaitListening(peer.child().orElseThrow(), port, LIMIT);
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
  }

  private <T> HttpResponse<T> get(String path, HttpResponse.BodyHandler<T> body)
      throws BenchFailed, InterruptedException {
    try {
      return http.send(request(path), body);
    } catch (IOException e) {
      throw new BenchFailed("the proxy does not answer " + path + ": " + e, e);
    }
  }

  private String get(String path) throws BenchFailed, InterruptedException {
    return found(get(path, HttpResponse.BodyHandlers.ofString()));
  }

  /** An error's words must not be taken for an answer in which nothing is told. */
  private static <T> T found(HttpResponse<T> answer) throws BenchFailed {
    if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
      throw new BenchFailed(
          "the proxy answers %s with status %d"
              .formatted(answer.uri().getPath(), answer.statusCode()));
    }
    return answer.body();
  }

  public Scrape scrape() throws BenchFailed, InterruptedException {
    return new Scrape(get("/metrics"));
  }

  /** Blocks until the proxy says that clients may be sent to it. */
  public void awaitReady() throws BenchFailed, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String answer = readiness();
    while (!answer.startsWith("ready")) {
      if (System.nanoTime() - deadline > 0) {
        throw new BenchFailed("the proxy is not ready: " + answer);
      }
      TimeUnit.MILLISECONDS.sleep(10);
      answer = readiness();
    }
  }

  /** Its status is 503 until it is ready. */
  private String readiness() throws BenchFailed, InterruptedException {
    return get("/health/ready", HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Blocks until so many sessions wait for a server. */
  public void awaitWaiting(int count) throws BenchFailed, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      last = get("/api/v1/demand");
      if (number(WAITING, last) >= count) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new BenchFailed("not all of %d clients wait: %s".formatted(count, last));
  }

  /** Follows the stream until it tells of any demand; ends with an exception if this is closed. */
  public void awaitDemand() throws BenchFailed, InterruptedException {
    try (Stream<String> lines =
        found(get("/api/v1/demand/stream", HttpResponse.BodyHandlers.ofLines()))) {
      for (Iterator<String> all = lines.iterator(); all.hasNext(); ) {
        if (number(DEMAND, all.next()) > 0) {
          return;
        }
      }
      throw new BenchFailed("the proxy ended its stream of the demand");
    }
  }

  private static int number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
