package org.pgdeeplake.proxy.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ProxyVersion;
import org.pgdeeplake.proxy.operation.Topology.Place;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.wake.Wake;

/** What the API tells. Everything runs on the admin loop; only the sessions are waited for. */
final class ApiReads {
  static final String SERVER = "server";
  static final String BACKEND = "backend";

  private static final String LIMIT = "limit";
  private static final String AFTER = "after";

  /** For every event loop to tell of its sessions. */
  static final long SNAPSHOT_SECONDS = 10;

  private static final Set<String> FILTERS =
      Set.of(SERVER, BACKEND, "state", "user", "database", "client", LIMIT, AFTER);

  private static final int USUAL_SESSIONS = 1000;
  private static final int MOST_SESSIONS = 10_000;

  private final Operations operations;

  ApiReads(Operations operations) {
    this.operations = operations;
  }

  Reply backends(Request request) {
    request.query(Set.of());
    Demand.Snapshot demand = operations.demand().snapshot();
    return list(
        "backends",
        operations.topology().backends(),
        (json, backend) -> ApiJson.backend(json, backend, demand));
  }

  Reply backend(Request request) {
    request.query(Set.of());
    JsonWriter json = new JsonWriter().open();
    Backend backend = namedBackend(request.place(BACKEND));
    ApiJson.backend(json, backend, operations.demand().snapshot());
    return Reply.json(json.close().text());
  }

  Reply servers(Request request) {
    request.query(Set.of());
    return list("servers", operations.topology().places(), ApiJson::server);
  }

  Reply server(Request request) {
    request.query(Set.of());
    JsonWriter json = new JsonWriter().open();
    ApiJson.server(json, place(request));
    return Reply.json(json.close().text());
  }

  Reply frontends(Request request) {
    request.query(Set.of());
    return list("frontends", operations.topology().frontends(), ApiJson::frontend);
  }

  Reply wakes(Request request) {
    request.query(Set.of());
    record Of(String backend, Wake wake) {}
    List<Of> all =
        operations.topology().backends().stream()
            .flatMap(backend -> backend.wakes().stream().map(wake -> new Of(backend.name(), wake)))
            .sorted(Comparator.comparing((Of of) -> of.wake().began()).reversed())
            .toList();
    return list("wakes", all, (json, of) -> ApiJson.wake(json, of.backend(), of.wake()));
  }

  Reply version(Request request) {
    request.query(Set.of());
    return Reply.json(
        new JsonWriter()
            .open()
            .put("name", "pg-proxy")
            .put("version", ProxyVersion.text())
            .put("java", Runtime.version().toString())
            .put("started", operations.started().toString())
            .put("uptimeSeconds", ApiJson.seconds(operations.uptime()))
            .close()
            .text());
  }

  Reply config(Request request) {
    request.query(Set.of());
    return Reply.json(ConfigJson.text(operations.topology().config()));
  }

  CompletableFuture<Reply> sessions(Request request) {
    Map<String, String> wanted = request.query(FILTERS);
    String server = wanted.get(SERVER);
    Place place = server == null ? null : named(server);
    InetAddress client = client(wanted.get("client"));
    int limit = (int) number(wanted, LIMIT, USUAL_SESSIONS, MOST_SESSIONS);
    long after = number(wanted, AFTER, 0, Long.MAX_VALUE);
    return operations
        .sessions(request.loop())
        .thenApply(sessions ->
            part(
                sessions.stream()
                    .filter(session -> session.id() > after)
                    .filter(session -> client == null || client.equals(address(session)))
                    .filter(session -> matches(session, wanted, place))
                    .limit(limit + 1L)
                    .toList(),
                limit))
        .orTimeout(SNAPSHOT_SECONDS, TimeUnit.SECONDS);
  }

  /** So many of them, and whether there are more. */
  private static Reply part(List<SessionSnapshot> sessions, int limit) {
    JsonWriter json = new JsonWriter().open();
    array(json, "sessions", sessions.stream().limit(limit).toList(), ApiJson::session);
    return Reply.json(json.put("more", sessions.size() > limit).close().text());
  }

  private static InetAddress address(SessionSnapshot session) {
    return session.client().getAddress();
  }

  /** An address has many spellings. */
  private static @Nullable InetAddress client(@Nullable String wanted) {
    try {
      return wanted == null ? null : InetAddress.ofLiteral(wanted);
    } catch (IllegalArgumentException e) {
      throw new Refusal(BAD_REQUEST, "client must be an IP address, such as 10.0.0.7 or ::1");
    }
  }

  private static long number(Map<String, String> wanted, String name, long usual, long most) {
    String text = wanted.get(name);
    if (text == null) {
      return usual;
    }
    if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) > most) {
      throw new Refusal(
          BAD_REQUEST,
          name.equals(LIMIT)
              ? "limit is a number, at most " + most
              : "after is the id of the last session that is known already");
    }
    return Long.parseLong(text);
  }

  private static boolean matches(
      SessionSnapshot session, Map<String, String> wanted, @Nullable Place place) {
    return same(wanted.get(BACKEND), session.backend())
        && same(wanted.get("user"), session.user())
        && same(wanted.get("database"), session.database())
        && (same(wanted.get("state"), session.state())
            || same(wanted.get("state"), session.activity()))
        && (place == null
            || (place.backend().name().equals(session.backend())
                && place.server().name().equals(session.server())));
  }

  private static boolean same(@Nullable String wanted, String given) {
    return wanted == null || wanted.equalsIgnoreCase(given);
  }

  Backend namedBackend(String name) {
    return operations
        .topology()
        .backend(name)
        .orElseThrow(() ->
            new Refusal(
                NOT_FOUND,
                "no backend "
                    + name
                    + "; there are: "
                    + operations.topology().backends().stream()
                        .map(Backend::name)
                        .collect(Collectors.joining(", "))));
  }

  /** The server that the path names, with its backend or alone. */
  Place place(Request request) {
    String server = request.place(SERVER);
    return request.places().containsKey(BACKEND)
        ? inBackend(request.place(BACKEND), server)
        : named(server);
  }

  private Place inBackend(String backend, String server) {
    Backend known = namedBackend(backend);
    return operations
        .topology()
        .server(backend, server)
        .orElseThrow(() ->
            new Refusal(
                NOT_FOUND,
                "no server "
                    + server
                    + " in backend "
                    + backend
                    + "; there are: "
                    + known.servers().stream()
                        .map(s -> s.name())
                        .collect(Collectors.joining(", "))));
  }

  /**
   * @param name of a server alone, or {@code backend/server}
   */
  Place named(String name) {
    int slash = name.indexOf('/');
    if (slash >= 0) {
      return inBackend(name.substring(0, slash), name.substring(slash + 1));
    }
    List<Place> found =
        operations.topology().places().stream()
            .filter(place -> place.server().name().equals(name))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    if (found.isEmpty()) {
      throw new Refusal(
          NOT_FOUND, "no server " + name + "; there are: " + names(operations.topology().places()));
    }
    throw new Refusal(
        HttpResponseStatus.CONFLICT,
        "more than one server has the name %s (%s); use /api/v1/backends/{backend}/servers/%s"
            .formatted(name, names(found), name));
  }

  private static String names(List<Place> places) {
    return places.stream().map(Place::name).collect(Collectors.joining(", "));
  }

  private static <T> Reply list(
      String name, List<T> elements, BiConsumer<JsonWriter, ? super T> writer) {
    JsonWriter json = new JsonWriter().open();
    array(json, name, elements, writer);
    return Reply.json(json.close().text());
  }

  private static <T> void array(
      JsonWriter json, String name, List<T> elements, BiConsumer<JsonWriter, ? super T> writer) {
    json.openArray(name);
    for (T element : elements) {
      json.openElement();
      writer.accept(json, element);
      json.close();
    }
    json.closeArray();
  }
}
