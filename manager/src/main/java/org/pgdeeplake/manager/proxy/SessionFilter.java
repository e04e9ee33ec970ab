package org.pgdeeplake.manager.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions are meant: those that match all that is given.
 *
 * @param server name of a server, or backend/server
 * @param state state or activity, such as idle
 * @param client address without port
 * @param limit at most so many, 0 to 10000
 */
public record SessionFilter(
    @Nullable String server,
    @Nullable String backend,
    @Nullable String state,
    @Nullable String user,
    @Nullable String database,
    @Nullable String client,
    int limit) {
  public static final int MOST = 10_000;

  /** All of a server or of a backend. */
  public static SessionFilter of(@Nullable String server, @Nullable String backend) {
    return new SessionFilter(server, backend, null, null, null, null, MOST);
  }

  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    put(parameters, "server", server);
    put(parameters, "backend", backend);
    put(parameters, "state", state);
    put(parameters, "user", user);
    put(parameters, "database", database);
    put(parameters, "client", client);
    parameters.put("limit", String.valueOf(limit));
    return parameters;
  }

  private static void put(Map<String, String> parameters, String name, @Nullable String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }
}
