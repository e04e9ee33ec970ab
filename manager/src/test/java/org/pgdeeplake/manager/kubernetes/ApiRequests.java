package org.pgdeeplake.manager.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The stand-in's answers. */
final class ApiRequests extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final ApiServerStandIn server;

  ApiRequests(ApiServerStandIn server) {
    this.server = server;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    String bearer = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    if (!bearer.equals("Bearer " + ApiServerStandIn.TOKEN)) {
      answer(context, 401, ApiObjects.status(401, "Unauthorized", "Unauthorized"));
      return;
    }
    ApiPath path = ApiPath.parse(uri.path());
    String rule = path.rule(request.method().name());
    server.asked.add(rule);
    if (path.resource().equals("secrets")) {
      server.askedSecrets.add(rule.split(" ", 2)[0] + " " + path.name());
    }
    var forbidden = server.forbidden(path.resource());
    if (forbidden.isPresent()) {
      answer(context, 403, forbidden.get());
    } else if (path.resource().equals("pods/portforward")) {
      portForward(context, request, path, uri);
    } else if (request.method().name().equals("PATCH")) {
      patch(context, request, path, uri, rule);
    } else {
      read(context, path, rule, labels(uri));
    }
  }

  private void read(
      ChannelHandlerContext context, ApiPath path, String rule, Map<String, String> labels) {
    var failure = server.failure(rule);
    if (failure.isPresent()) {
      answer(context, 500, ApiObjects.status(500, "InternalError", failure.get()));
    } else {
      orNotFound(context, path, server.get(path, labels));
    }
  }

  private void patch(
      ChannelHandlerContext context,
      FullHttpRequest request,
      ApiPath path,
      QueryStringDecoder uri,
      String rule) {
    boolean dryRun = uri.parameters().containsKey("dryRun");
    var failure = dryRun ? Optional.<String>empty() : server.failure(rule);
    if (!request
        .headers()
        .get(HttpHeaderNames.CONTENT_TYPE, "")
        .startsWith("application/merge-patch+json")) {
      answer(context, 415, ApiObjects.status(415, "UnsupportedMediaType", "the type"));
    } else if (failure.isPresent()) {
      answer(context, 500, ApiObjects.status(500, "InternalError", failure.get()));
    } else {
      try {
        ApiPatch patch =
            new ApiPatch(new ObjectMapper().readTree(request.content().toString(UTF_8)), dryRun);
        if (!dryRun) {
          server.beforePatch.getAndSet(() -> {}).run();
        }
        if (server.conflicts(path, patch)) {
          answer(context, 409, conflict(path));
          return;
        }
        orNotFound(context, path, server.patch(path, patch));
        server.managers.add(
            uri.parameters().getOrDefault("fieldManager", List.of("unknown")).getFirst());
      } catch (JsonProcessingException e) {
        answer(context, 400, ApiObjects.status(400, "BadRequest", String.valueOf(e.getMessage())));
      }
    }
  }

  private static String conflict(ApiPath path) {
    return ApiObjects.status(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your changes to the latest version and try again"
            .formatted(path.resource(), path.name()));
  }

  private void portForward(
      ChannelHandlerContext context,
      FullHttpRequest request,
      ApiPath path,
      QueryStringDecoder uri) {
    if (server.hasPod(path.name())) {
      int port = Integer.parseInt(uri.parameters().getOrDefault("ports", List.of("0")).getFirst());
      server.portForwards.open(context, request, path.name(), port);
    } else {
      orNotFound(context, path, Optional.empty());
    }
  }

  private static Map<String, String> labels(QueryStringDecoder uri) {
    Map<String, String> labels = new HashMap<>();
    for (String selector : uri.parameters().getOrDefault("labelSelector", List.of())) {
      for (String label : selector.split(",", -1)) {
        String[] pair = label.split("=", 2);
        labels.put(pair[0], pair[1]);
      }
    }
    return labels;
  }

  private static void orNotFound(
      ChannelHandlerContext context, ApiPath path, Optional<String> json) {
    if (json.isPresent()) {
      answer(context, 200, json.get());
    } else {
      String message = "%s \"%s\" not found".formatted(path.plain(), path.name());
      answer(context, 404, ApiObjects.status(404, "NotFound", message));
    }
  }

  private static void answer(ChannelHandlerContext context, int status, String json) {
    var body = Unpooled.copiedBuffer(json, UTF_8);
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    var _ = context.writeAndFlush(response);
  }
}
