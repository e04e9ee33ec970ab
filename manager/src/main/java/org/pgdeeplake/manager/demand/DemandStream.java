package org.pgdeeplake.manager.demand;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Follows the proxy's {@code GET /api/v1/demand/stream} for ever, on one thread of its own: one
 * JSON object a line, at least one every 5 s. A lost stream is opened again, after longer and
 * longer pauses up to a second, so that a restarted proxy is soon heard.
 */
public final class DemandStream implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** Three of the proxy's 5 s heartbeats. */
  public static final Duration SILENCE_LIMIT = Duration.ofSeconds(15);

  /** What one connection brings, in order. */
  private sealed interface Arrival {
    record Line(String text) implements Arrival {}

    record End(String reason) implements Arrival {}
  }

  private final HttpClient client =
      HttpClient.newBuilder()
          // The default offers an upgrade to HTTP/2 in every request.
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final HttpRequest request;
  private final Duration silenceLimit;
  private final DemandListener listener;
  private final Thread thread;

  /** {@code admin} is the proxy's admin address, such as http://127.0.0.1:8404. */
  public DemandStream(URI admin, Duration silenceLimit, DemandListener listener) {
    String base = admin.toString().replaceFirst("/+$", "");
    this.request = HttpRequest.newBuilder(URI.create(base + "/api/v1/demand/stream")).build();
    this.silenceLimit = silenceLimit;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("demand-stream").start(this::follow);
  }

  private void follow() {
    String told = "";
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        Connection connection = new Connection();
        String reason = connection.read();
        if (connection.lines > 0) {
          pause = FIRST_PAUSE;
          told = "";
        }
        if (!reason.equals(told)) {
          listener.unknown(reason);
          told = reason;
        }
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
      }
    } catch (InterruptedException _) {
      // close()
    }
  }

  /** One attempt, from connecting to the end of the stream. */
  private final class Connection implements Flow.Subscriber<String> {
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private long lines;

    /** Returns why it ended. */
    String read() throws InterruptedException {
      CompletableFuture<HttpResponse<Void>> exchange = client.sendAsync(request, this::handle);
      var _ =
          exchange.whenComplete((_, failure) -> {
            if (failure != null) {
              onError(failure);
            }
          });
      try {
        while (true) {
          switch (arrivals.poll(silenceLimit.toMillis(), TimeUnit.MILLISECONDS)) {
            case null -> {
              return "no line for " + silenceLimit.toSeconds() + " s";
            }
            case Arrival.End end -> {
              return end.reason();
            }
            case Arrival.Line line when line.text().isBlank() -> {}
            case Arrival.Line line -> {
              listener.demand(Demand.parse(line.text()));
              lines++;
            }
          }
        }
      } catch (IOException e) {
        return String.valueOf(e.getMessage());
      } finally {
        exchange.cancel(true);
      }
    }

    private HttpResponse.BodySubscriber<Void> handle(HttpResponse.ResponseInfo response) {
      if (response.statusCode() == 200) {
        return BodyHandlers.fromLineSubscriber(this).apply(response);
      }
      end("%s answered %d".formatted(request.uri(), response.statusCode()));
      return BodySubscribers.replacing(null);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      arrivals.add(new Arrival.Line(line));
    }

    @Override
    public void onError(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      end(
          switch (cause) {
            case ConnectException _ -> "no connection to " + request.uri().getAuthority();
            case HttpTimeoutException _ -> "no answer from " + request.uri().getAuthority();
            default -> "connection lost (" + cause.getMessage() + ")";
          });
    }

    @Override
    public void onComplete() {
      end("the proxy ended the stream");
    }

    private void end(String reason) {
      arrivals.add(new Arrival.End(reason));
    }
  }

  /** Nobody is called afterwards. */
  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
