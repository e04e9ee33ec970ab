package org.pgdeeplake.manager.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One proxy's admin API. Each call is a request and blocks at most as long as {@code timeout}, and
 * where it waits so much longer. Servers are named by their name, or as backend/server where two
 * backends have one of that name. Any thread.
 */
public final class ProxyAdmin implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Exchange exchange;

  /**
   * @param admin such as http://127.0.0.1:8404
   * @param credentials sent only with what needs them; null: none
   */
  public ProxyAdmin(URI admin, @Nullable ProxyCredentials credentials, Duration timeout) {
    this.exchange = new Exchange(admin, credentials, timeout);
  }

  public Answer<List<Backend>> backends() throws ProxyFailed, InterruptedException {
    return list("/backends", "backends", Backend.class);
  }

  public Answer<List<Server>> servers() throws ProxyFailed, InterruptedException {
    return list("/servers", "servers", Server.class);
  }

  public Answer<Server> server(String name) throws ProxyFailed, InterruptedException {
    return one(exchange.read(serverPath(name)), Server.class);
  }

  public Answer<Backend> backend(String name) throws ProxyFailed, InterruptedException {
    return one(exchange.read(Exchange.path("backends", name)), Backend.class);
  }

  public Answer<List<Frontend>> frontends() throws ProxyFailed, InterruptedException {
    return list("/frontends", "frontends", Frontend.class);
  }

  public Answer<List<Wake>> wakes() throws ProxyFailed, InterruptedException {
    return list("/wakes", "wakes", Wake.class);
  }

  public Answer<CurrentDemand> demand() throws ProxyFailed, InterruptedException {
    return one(exchange.read("/demand"), CurrentDemand.class);
  }

  public Answer<Version> version() throws ProxyFailed, InterruptedException {
    return one(exchange.read("/version"), Version.class);
  }

  /** Of the answer's JSON, {@code more} says whether others match. */
  public Answer<List<Session>> sessions(SessionFilter filter)
      throws ProxyFailed, InterruptedException {
    String path = "/sessions" + Exchange.query(filter.parameters());
    JsonNode json = exchange.order("GET", path, Duration.ZERO);
    return Answers.list(exchange.place(), json, "sessions", Session.class);
  }

  /** Returns at once. */
  public Answer<ServerState> administer(String server, Administration wanted)
      throws ProxyFailed, InterruptedException {
    return post(serverPath(server) + "/" + wanted.word(), ServerState.class);
  }

  /**
   * Returns at once. The server takes no new sessions until it has gone down; what comes up in its
   * place does.
   */
  public Answer<ServerState> drainUntilDown(String server)
      throws ProxyFailed, InterruptedException {
    String path = serverPath(server) + "/" + Administration.DRAIN.word();
    return post(path + Exchange.query(Map.of("until", "down")), ServerState.class);
  }

  /**
   * Returns when the server has no session left.
   *
   * @param wanted DRAIN or MAINT
   * @param wait so long at most, 1 ms or more
   * @param listener hears once a second how it stands, on the calling thread
   * @throws ProxyFailed.NotEmpty it still has some then; it stays as it is now
   */
  public Answer<ServerState> administer(
      String server, Administration wanted, Duration wait, Consumer<Server> listener)
      throws ProxyFailed, InterruptedException {
    String path =
        serverPath(server) + "/" + wanted.word() + Exchange.query(Map.of("wait", written(wait)));
    CompletableFuture<HttpResponse<String>> answer = exchange.start("POST", path, wait);
    try {
      while (true) {
        try {
          HttpResponse<String> response =
              answer.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
          return one(exchange.body(response), ServerState.class);
        } catch (TimeoutException _) {
          listener.accept(server(server).value());
        }
      }
    } catch (ExecutionException e) {
      throw exchange.lost(e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** New sessions wait. */
  public Answer<Paused> pause(String backend) throws ProxyFailed, InterruptedException {
    return post(Exchange.path("backends", backend, "pause"), Paused.class);
  }

  public Answer<Paused> resume(String backend) throws ProxyFailed, InterruptedException {
    return post(Exchange.path("backends", backend, "resume"), Paused.class);
  }

  public Answer<Closed> closeSession(long id) throws ProxyFailed, InterruptedException {
    return delete(Exchange.path("sessions", String.valueOf(id)));
  }

  /** All of them. */
  public Answer<Closed> closeSessionsOfServer(String server)
      throws ProxyFailed, InterruptedException {
    return delete("/sessions" + Exchange.query(Map.of("server", server)));
  }

  /** All of them, those that wait too. */
  public Answer<Closed> closeSessionsOfBackend(String backend)
      throws ProxyFailed, InterruptedException {
    return delete("/sessions" + Exchange.query(Map.of("backend", backend)));
  }

  /**
   * Reads its configuration again.
   *
   * @throws ProxyFailed.NotReloaded it has problems, and nothing has changed
   */
  public Answer<Reloaded> reload() throws ProxyFailed, InterruptedException {
    return post("/reload", Reloaded.class);
  }

  /** Demand without a client, for demand.linger. */
  public Answer<Woken> wake() throws ProxyFailed, InterruptedException {
    return post("/wake", Woken.class);
  }

  /** In good order, as SIGTERM does. */
  public Answer<Stopping> shutdown() throws ProxyFailed, InterruptedException {
    return post("/shutdown", Stopping.class);
  }

  private static String serverPath(String name) {
    int slash = name.indexOf('/');
    return slash < 0
        ? Exchange.path("servers", name)
        : Exchange.path("backends", name.substring(0, slash), "servers", name.substring(slash + 1));
  }

  /** The API takes seven digits and a unit. */
  private static String written(Duration wait) {
    long millis = wait.toMillis();
    return millis < 10_000_000 ? millis + "ms" : millis / 1000 + "s";
  }

  private <T> Answer<List<T>> list(String path, String name, Class<T> type)
      throws ProxyFailed, InterruptedException {
    return Answers.list(exchange.place(), exchange.read(path), name, type);
  }

  private <T> Answer<T> post(String path, Class<T> type) throws ProxyFailed, InterruptedException {
    return one(exchange.order("POST", path, Duration.ZERO), type);
  }

  private Answer<Closed> delete(String path) throws ProxyFailed, InterruptedException {
    return one(exchange.order("DELETE", path, Duration.ZERO), Closed.class);
  }

  private <T> Answer<T> one(JsonNode json, Class<T> type) throws ProxyFailed {
    return Answers.one(exchange.place(), json, type);
  }

  @Override
  public void close() {
    exchange.close();
  }
}
