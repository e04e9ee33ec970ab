package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;

// The OpenAPI document has exactly the routes there are, and real answers are what it says.
@Timeout(60)
class OpenApiTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final Map<String, Object> DOCUMENT =
      json(Resource.text(Api.class, "openapi.json"));

  private static Map<String, Object> json(String text) {
    return ConfigFactory.parseString(
            text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
        .root()
        .unwrapped();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> in(Object object, String... path) {
    Object value = object;
    for (String name : path) {
      value = Objects.requireNonNull(((Map<String, Object>) value).get(name), name);
    }
    return (Map<String, Object>) value;
  }

  @Test
  void hasExactlyTheRoutes() throws Exception {
    Set<String> described = new TreeSet<>();
    in(DOCUMENT, "paths")
        .forEach((path, methods) ->
            in(methods)
                .forEach((method, operation) -> {
                  String secured = in(operation).containsKey("security") ? " secured" : "";
                  described.add(method.toUpperCase(Locale.ROOT) + " " + path + secured);
                }));
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT)) {
      Set<String> routes = new TreeSet<>();
      for (Routes.Endpoint endpoint : admin.server.routes().endpoints()) {
        if (endpoint.path().text().startsWith(Routes.API)) {
          String secured = endpoint.access() == Access.OPEN ? "" : " secured";
          routes.add(endpoint.method() + " " + endpoint.path().text() + secured);
        }
      }
      assertThat(described).isEqualTo(routes);
      assertThat(json(admin.send("GET", "/api/v1/openapi.json", "").body())).isEqualTo(DOCUMENT);
    }
  }

  /** A call, and the path of the document that describes it. */
  private record Call(String method, String path, String template, int status) {}

  private static final List<Call> CALLS =
      List.of(
          new Call("GET", "", "", 200),
          new Call("GET", "/demand", "/demand", 200),
          new Call("GET", "/backends", "/backends", 200),
          new Call("GET", "/backends/pg_backends", "/backends/{backend}", 200),
          new Call("GET", "/backends/nobody", "/backends/{backend}", 404),
          new Call(
              "GET",
              "/backends/pg_backends/servers/s1",
              "/backends/{backend}/servers/{server}",
              200),
          new Call("GET", "/servers", "/servers", 200),
          new Call("GET", "/servers/s1", "/servers/{server}", 200),
          new Call("GET", "/frontends", "/frontends", 200),
          new Call("GET", "/wakes", "/wakes", 200),
          new Call("GET", "/version", "/version", 200),
          new Call("GET", "/config", "/config", 200),
          new Call("GET", "/sessions", "/sessions", 200),
          new Call("GET", "/sessions?state=Queued&user=postgres", "/sessions", 200),
          new Call("POST", "/servers/s1/drain", "/servers/{server}/drain", 200),
          new Call("GET", "/query?query=pgproxy_demand", "/query", 200),
          new Call("GET", "/query?query=rate(x)", "/query", 400),
          new Call("POST", "/query?query=sum(pgproxy_demand)", "/query", 200),
          new Call("POST", "/servers/s1/drain?until=down", "/servers/{server}/drain", 200),
          new Call("POST", "/servers/s1/drain?until=noon", "/servers/{server}/drain", 400),
          new Call("POST", "/servers/s1/drain?wait=1s", "/servers/{server}/drain", 200),
          new Call("POST", "/servers/s1/maint", "/servers/{server}/maint", 200),
          new Call("POST", "/servers/s1/ready", "/servers/{server}/ready", 200),
          new Call("POST", "/servers/s1/drain?wait=x", "/servers/{server}/drain", 400),
          new Call("POST", "/backends/pg_backends/pause", "/backends/{backend}/pause", 200),
          new Call("POST", "/backends/pg_backends/resume", "/backends/{backend}/resume", 200),
          new Call("POST", "/wake", "/wake", 200),
          new Call("DELETE", "/sessions/4711", "/sessions/{id}", 404),
          new Call("DELETE", "/sessions?backend=pg_backends", "/sessions", 200),
          new Call("POST", "/shutdown", "/shutdown", 202));

  @Test
  void realAnswersAreAsItSays() throws Exception {
    try (ReservedPort nobody = new ReservedPort();
        TestProxy proxy =
            TestProxy.to()
                .server(nobody.address())
                .proxy("admin.stats { user = ops, password = secret }")
                .start();
        RawClient waiter = RawClient.open(proxy.address())) {
      waiter.send(RawClient.startup());
      proxy.awaitQueued(1);
      for (Call call : CALLS) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:"
                            + proxy.proxy().adminAddress().getPort()
                            + Routes.API
                            + call.path()))
                .method(call.method(), BodyPublishers.noBody())
                .header("Authorization", RunningAdmin.basic("ops", "secret"))
                .build();
        HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(call + response.body()).isEqualTo(call.status());
        assertAsDescribed(call, json(response.body()));
        if (call.path().startsWith("/sessions?state")) {
          assertThat((Collection<?>) json(response.body()).get("sessions")).hasSize(1);
        }
      }
    }
  }

  private static void assertAsDescribed(Call call, Object answer) {
    Map<String, Object> responses =
        in(
            DOCUMENT,
            "paths",
            Routes.API + call.template(),
            call.method().toLowerCase(Locale.ROOT),
            "responses");
    Map<String, Object> response = resolved(in(responses, String.valueOf(call.status())));
    List<String> problems = new ArrayList<>();
    check(in(response, "content", "application/json", "schema"), answer, "$", problems);
    assertThat(problems).as(call.toString()).isEmpty();
  }

  private static Map<String, Object> resolved(Map<String, Object> schema) {
    return schema.get("$ref") instanceof String ref
        ? in(DOCUMENT, ref.substring(2).split("/", -1))
        : schema;
  }

  /** As much of JSON Schema as the document uses. */
  private static void check(
      Map<String, Object> given, Object value, String where, List<String> problems) {
    Map<String, Object> schema = resolved(given);
    List<?> types =
        schema.get("type") instanceof List<?> several ? several : List.of(schema.get("type"));
    String type =
        switch (value) {
          case null -> "null";
          case String text -> "string";
          case Boolean flag -> "boolean";
          case Integer number -> types.contains("integer") ? "integer" : "number";
          case Long number -> types.contains("integer") ? "integer" : "number";
          case Number number -> "number";
          case List<?> list -> "array";
          default -> "object";
        };
    if (!types.contains(type)) {
      problems.add(where + " is " + type + ", not " + types);
      return;
    }
    if (schema.get("enum") instanceof List<?> words && !words.contains(value)) {
      problems.add(where + ": " + value + " is none of " + words);
    }
    if (value instanceof List<?> list) {
      list.forEach(element -> check(in(schema, "items"), element, where + "[]", problems));
    } else if (type.equals("object")) {
      members(schema, in(value), where, problems);
    }
  }

  private static void members(
      Map<String, Object> schema, Map<String, Object> object, String where, List<String> problems) {
    if (schema.get("required") instanceof List<?> required) {
      required.stream()
          .filter(name -> !object.containsKey(name))
          .forEach(name -> problems.add(where + " lacks " + name));
    }
    Map<String, Object> properties =
        schema.containsKey("properties") ? in(schema, "properties") : Map.of();
    object.forEach((name, member) -> {
      if (properties.containsKey(name)) {
        check(in(properties, name), member, where + "." + name, problems);
      } else if (schema.get("additionalProperties") instanceof Map<?, ?> others) {
        check(in(others), member, where + "." + name, problems);
      } else if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
        problems.add(where + "." + name + " is not described");
      }
    });
  }
}
