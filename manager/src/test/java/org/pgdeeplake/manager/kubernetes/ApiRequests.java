package org.pgdeeplake.manager.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

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
    String resource = resource(uri.path());
    var forbidden = server.forbidden(resource);
    if (!bearer.equals("Bearer " + ApiServerStandIn.TOKEN)) {
      answer(context, 401, ApiObjects.status(401, "Unauthorized", "Unauthorized"));
    } else if (forbidden.isPresent()) {
      answer(context, 403, forbidden.get());
    } else if (resource.equals("pods/portforward")) {
      portForward(context, request, uri);
    } else {
      server
          .get(uri.path(), labels(uri))
          .ifPresentOrElse(
              json -> answer(context, 200, json), () -> notFound(context, uri.path(), resource));
    }
  }

  private void portForward(
      ChannelHandlerContext context, FullHttpRequest request, QueryStringDecoder uri) {
    String[] parts = uri.path().split("/", -1);
    String pod = parts[parts.length - 2];
    if (server.hasPod(pod)) {
      int port = Integer.parseInt(uri.parameters().getOrDefault("ports", List.of("0")).getFirst());
      server.portForwards.open(context, request, pod, port);
    } else {
      notFound(context, "/" + pod, "pods");
    }
  }

  private static String resource(String path) {
    if (path.endsWith("/portforward")) {
      return "pods/portforward";
    }
    return path.contains("/statefulsets")
        ? "statefulsets"
        : path.contains("/pods") ? "pods" : "namespaces";
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

  private static void notFound(ChannelHandlerContext context, String path, String resource) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    answer(
        context,
        404,
        ApiObjects.status(404, "NotFound", "%s \"%s\" not found".formatted(resource, name)));
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
