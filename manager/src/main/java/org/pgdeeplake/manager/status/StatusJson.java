package org.pgdeeplake.manager.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheGlance;
import org.pgdeeplake.manager.deployment.Replicas;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.terminal.Json;

/** The JSON of {@code manage status}: every field is always there, null where it is not known. */
final class StatusJson {
  private StatusJson() {}

  static ObjectNode of(DeploymentStatus status, Findings findings) {
    ObjectNode root =
        Json.object()
            .put("time", status.time().toString())
            .put("deployment", status.kind().name())
            .put("wanted", status.wanted().isPresent() ? status.wanted().getAsInt() : null)
            .put("running", status.running());
    ArrayNode instances = root.putArray("instances");
    status.instances().forEach(each -> instance(instances.addObject(), each));
    autoscaler(root, status.autoscaler().now());
    root.put("rootPathsAgree", status.rootPathsAgree());
    proxy(root.putObject("proxy"), status.proxy());
    test(root.putObject("client"), status);
    if (status.cache() == null) {
      root.putNull("redis");
    } else {
      cache(root.putObject("redis"), status.cache());
    }
    findings.notes().forEach(root.putArray("notes")::add);
    findings.trouble().forEach(root.putArray("trouble")::add);
    return root;
  }

  private static void instance(ObjectNode node, InstanceStatus status) {
    InstanceFacts facts = status.facts();
    node.put("name", status.name())
        .put("ordinal", status.instance().ordinal())
        .put("host", status.instance().host())
        .put("port", status.instance().port())
        .put("state", status.phase())
        .put("detail", status.detail())
        .put("answers", facts != null)
        .put("reason", filled(status.reason()))
        .put("version", facts == null ? null : facts.version())
        .put("uptimeSeconds", facts == null ? null : facts.uptimeSeconds())
        .put("busy", facts == null ? null : facts.busy())
        .put("idle", facts == null ? null : facts.idle())
        .put("databases", facts == null ? null : facts.databases())
        .put("extension", facts == null ? null : facts.extension())
        .put("stateless", facts == null ? null : facts.isStateless())
        .put("rootPath", facts == null ? null : facts.rootPath());
  }

  private static void autoscaler(ObjectNode root, Replicas.@Nullable Autoscaler autoscaler) {
    if (autoscaler == null) {
      root.putNull("autoscaler");
      return;
    }
    ObjectNode node =
        root.putObject("autoscaler")
            .put("name", autoscaler.name())
            .put("min", autoscaler.least())
            .put("max", autoscaler.most());
    node.put("paused", autoscaler.paused().isPresent());
    node.put(
        "pausedAt",
        autoscaler.paused().isPresent() ? Integer.valueOf(autoscaler.paused().getAsInt()) : null);
    ObjectNode orders = node.putObject("orders");
    autoscaler.orders().forEach(orders::put);
  }

  private static void proxy(ObjectNode node, ProxyStatus status) {
    ProxyStatus.View view = status.view();
    node.put("address", status.admin().toString())
        .put("reachable", view != null)
        .put("reason", filled(status.reason()))
        .put("demand", view == null ? null : view.demand().demand())
        .put("waiting", view == null ? null : view.demand().waiting())
        .put("oldestWaiterSeconds", view == null ? null : view.demand().oldestWaiterSeconds());
    ArrayNode servers = node.putArray("servers");
    if (view != null) {
      view.servers().forEach(server -> server(servers.addObject(), server));
    }
  }

  private static void server(ObjectNode node, Server server) {
    node.put("backend", server.backend())
        .put("name", server.name())
        .put("address", server.address())
        .put("status", server.status())
        .put("up", server.up())
        .put("administrative", server.administrative())
        .put("check", server.check().status())
        .put("info", server.check().info())
        .put("sessions", server.sessions());
  }

  private static void test(ObjectNode node, DeploymentStatus status) {
    node.put("address", status.client());
    switch (status.test()) {
      case TestConnection.Outcome.Answered _ -> put(node, "answered", null);
      case TestConnection.Outcome.Asleep _ -> put(node, "asleep", null);
      case TestConnection.Outcome.Untried(String reason) -> put(node, "untried", reason);
      case TestConnection.Outcome.Failed(String reason) -> put(node, "failed", reason);
    }
    node.put("instance", status.answerer().map(InstanceStatus::name).orElse(null));
  }

  private static void put(ObjectNode node, String outcome, @Nullable String reason) {
    node.put("outcome", outcome).put("reason", reason);
  }

  private static void cache(ObjectNode node, CacheStatus status) {
    CacheGlance glance = status.glance();
    node.put("address", status.address())
        .put("reachable", glance != null)
        .put("reason", filled(status.reason()))
        .put("usedMemoryBytes", glance == null ? null : glance.usedMemoryBytes())
        .put("maxMemoryBytes", glance == null ? null : glance.maxMemoryBytes())
        .put("keys", glance == null ? null : glance.keys());
  }

  private static @Nullable String filled(String text) {
    return text.isEmpty() ? null : text;
  }
}
