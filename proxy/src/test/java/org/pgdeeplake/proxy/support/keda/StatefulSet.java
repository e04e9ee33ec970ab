package org.pgdeeplake.proxy.support.keda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.support.TestPostgres;

/**
 * Real PostgreSQLs as the pods of a StatefulSet (podManagementPolicy Parallel): started from
 * ordinal 0 up, stopped from the highest down, one at a time. A preStop hook has the proxy drain
 * the one that goes, as the chart's does.
 */
public final class StatefulSet implements AutoCloseable {
  private final List<TestPostgres> pods;
  private final URI admin;
  private final String authorization;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService controller = Executors.newSingleThreadExecutor();

  /** Every number of replicas that was ever asked for, in order. */
  public final List<Integer> history = new CopyOnWriteArrayList<>(List.of(0));

  /** What went wrong. */
  public final List<String> problems = new CopyOnWriteArrayList<>();

  private volatile int replicas;

  /**
   * @param pods none of them runs; their servers are pg-deeplake-0, pg-deeplake-1, …
   * @param admin the proxy's
   * @param authorization header for it
   */
  public StatefulSet(List<TestPostgres> pods, URI admin, String authorization) {
    this.pods = List.copyOf(pods);
    this.admin = admin;
    this.authorization = authorization;
  }

  /** As it is wanted; what runs may lag behind. */
  public int replicas() {
    return replicas;
  }

  public int running() {
    return (int) pods.stream().filter(TestPostgres::running).count();
  }

  /** Returns at once. */
  public void scale(int wanted) {
    if (wanted != replicas) {
      replicas = wanted;
      history.add(wanted);
      controller.execute(this::reconcile);
    }
  }

  private void reconcile() {
    try {
      for (int ordinal = 0; ordinal < replicas; ordinal++) {
        if (!pods.get(ordinal).running()) {
          pods.get(ordinal).launch();
        }
      }
      for (int ordinal = pods.size() - 1; ordinal >= replicas; ordinal--) {
        if (pods.get(ordinal).running()) {
          preStop(ordinal);
          // As the image's STOPSIGNAL does: sessions would be killed by it.
          pods.get(ordinal).stop();
        }
      }
    } catch (RuntimeException | InterruptedException e) {
      problems.add(String.valueOf(e));
    }
  }

  private void preStop(int ordinal) throws InterruptedException {
    HttpRequest drain =
        HttpRequest.newBuilder(
                admin.resolve(
                    "/api/v1/servers/pg-deeplake-%d/drain?wait=20s&until=down".formatted(ordinal)))
            .POST(BodyPublishers.noBody())
            .header("Authorization", authorization)
            .build();
    try {
      HttpResponse<String> answer = http.send(drain, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        problems.add("drain of " + ordinal + ": " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    controller.shutdown();
    try {
      if (!controller.awaitTermination(30, TimeUnit.SECONDS)) {
        throw new AssertionError("pods do not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
