package org.pgdeeplake.proxy.admin;

import java.util.List;
import java.util.function.Supplier;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.demand.Demand;

/**
 * The demand and the state of the servers as JSON: what a manager that starts and stops instances
 * needs to know. Names and order are a contract with it. The demand is that of all replicas, the
 * rest this one's own.
 *
 * @param current the backends that run now; a reload may change them
 */
record DemandReport(Demand demand, Supplier<List<Backend>> current) implements Lines {

  @Override
  public String next() {
    return json();
  }

  @Override
  public void opened(Runnable changed, Runnable breakOff) {
    demand.onChange(changed);
  }

  @Override
  public void closed(Runnable changed) {
    demand.removeListener(changed);
  }

  /** One line without its end. */
  String json() {
    Demand.Snapshot now = demand.snapshot();
    List<Backend> backends = current.get();
    JsonWriter json =
        new JsonWriter()
            .open()
            .put("demand", demand.everywhere(backends.stream().map(Backend::name).toList()))
            .put("waiting", now.waiting())
            .put("lingering", now.lingering())
            .put("busy", now.busy())
            .put("inTransaction", now.inTransaction())
            .put("idle", now.idle())
            .put("opaque", now.opaque())
            .put("oldestWaiterSeconds", now.oldestWaiterSeconds())
            .put("demandLocal", now.demand())
            .put("serversUp", backends.stream().mapToInt(Backend::activeServers).sum())
            .open("noWake");
    now.noWake().forEach((reason, count) -> json.put(reason.label(), count));
    json.close().open("backends");
    for (Backend backend : backends) {
      json.open(backend.name())
          .put("waiting", now.waitingByBackend().getOrDefault(backend.name(), 0))
          .open("servers");
      backend.servers().forEach(server -> write(server, json));
      json.close().close();
    }
    return json.close().close().text();
  }

  private static void write(Server server, JsonWriter json) {
    CheckResult check = server.lastCheck();
    json.open(server.name())
        .put("address", server.address().toString())
        .put("status", server.status())
        .put("check", check.status().name())
        .put("info", check.info())
        .put("sessions", server.sessions())
        .close();
  }
}
