package org.pgdeeplake.manager.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheGlance;
import org.pgdeeplake.manager.proxy.Backend;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Table.Cell;
import org.pgdeeplake.manager.terminal.Text;

/** What {@code manage status} shows. */
public final class StatusReport implements Report {
  private final DeploymentStatus status;
  private final Findings findings;

  public StatusReport(DeploymentStatus status) {
    this.status = status;
    this.findings = Findings.of(status);
  }

  public boolean trouble() {
    return !findings.trouble().isEmpty();
  }

  @Override
  public void write(Text text) {
    text.table(instances());
    text.line("");
    text.line("root path  " + rootPath(text));
    proxy(text);
    text.line("client     " + client(text));
    text.line("Redis      " + cache(text, status.cache()));
    text.line("");
    findings.notes().forEach(note -> text.line("note: " + note));
    text.line(
        trouble()
            ? text.styled(Style.BAD, "trouble: ") + String.join("; ", findings.trouble())
            : text.styled(Style.GOOD, "ok: ") + running());
  }

  private String running() {
    if (status.running() == 0 && status.wanted().orElse(0) == 0) {
      return "scaled to zero";
    }
    String running = Amounts.count(status.running(), "instance");
    return status.wanted().isPresent()
        ? "%s of %d wanted %s"
            .formatted(running, status.wanted().getAsInt(), status.running() == 1 ? "runs" : "run")
        : running + (status.running() == 1 ? " runs" : " run");
  }

  private Table instances() {
    Table table =
        new Table(
                "#",
                "INSTANCE",
                "STATE",
                "BUSY",
                "IDLE",
                "DATABASES",
                "VERSION",
                "UPTIME",
                "STATELESS",
                "ROOT PATH")
            .right(0, 3, 4, 5);
    for (InstanceStatus each : status.instances()) {
      InstanceFacts facts = each.facts();
      int ordinal = each.instance().ordinal();
      if (facts == null) {
        table.row(ordinal, each.name(), state(each), "", "", "", "", "", "", "");
      } else {
        table.row(
            ordinal,
            each.name(),
            state(each),
            facts.busy(),
            facts.idle(),
            facts.databases(),
            facts.version(),
            Amounts.seconds((double) facts.uptimeSeconds()),
            stateless(facts),
            facts.rootPath() == null ? "-" : Amounts.printable(facts.rootPath()));
      }
    }
    return table;
  }

  private static Cell state(InstanceStatus status) {
    String why = status.detail().isEmpty() ? status.reason() : status.detail();
    String words = status.phase() + (why.isEmpty() ? "" : ": " + why);
    return new Cell(
        words,
        switch (status.phase()) {
          case "running" -> status.facts() == null ? Style.BAD : Style.GOOD;
          case "starting" -> Style.DOUBTFUL;
          case "stopped", "missing" -> Style.QUIET;
          default -> Style.BAD;
        });
  }

  private static Cell stateless(InstanceFacts facts) {
    if (facts.extension() == null && facts.stateless() == null) {
      return new Cell("-", null);
    }
    return new Cell(
        facts.stateless() == null ? "off" : facts.stateless(),
        facts.isStateless() ? Style.GOOD : Style.BAD);
  }

  private String rootPath(Text text) {
    if (status.instances().stream().allMatch(each -> each.facts() == null)) {
      return "nobody to ask";
    }
    return status.rootPathsAgree()
        ? "the same everywhere"
        : text.styled(Style.BAD, "not the same everywhere");
  }

  private void proxy(Text text) {
    ProxyStatus.View view = status.proxy().view();
    if (view == null) {
      text.line(
          "proxy      %s: %s"
              .formatted(status.proxy().admin(), text.styled(Style.BAD, "unreachable")));
      return;
    }
    text.line(
        "proxy      %s: demand %d, %d waiting%s"
            .formatted(
                status.proxy().admin(),
                view.demand().demand(),
                view.demand().waiting(),
                view.demand().waiting() == 0
                    ? ""
                    : ", the oldest for " + Amounts.seconds(view.demand().oldestWaiterSeconds())));
    text.line("").table(servers(view.backends())).line("");
  }

  private static Table servers(List<Backend> backends) {
    Table table = new Table("BACKEND", "SERVER", "ADDRESS", "STATUS", "CHECK", "SESSIONS").right(5);
    for (Backend backend : backends) {
      for (Server server : backend.servers()) {
        table.row(
            backend.name(),
            server.name(),
            server.address(),
            new Cell(server.status(), server.up() ? Style.GOOD : Style.DOUBTFUL),
            server.check().info().isEmpty() ? server.check().status() : server.check().info(),
            server.sessions());
      }
    }
    return table;
  }

  private String client(Text text) {
    return status.client()
        + ": "
        + switch (status.test()) {
          case TestConnection.Outcome.Answered _ ->
              status
                  .answerer()
                  .map(instance -> "answered by " + instance.name())
                  .orElse("answered by one that is not known");
          case TestConnection.Outcome.Asleep _ -> "nothing is up; a client would wake it";
          case TestConnection.Outcome.Untried(String reason) -> "not tried: " + reason;
          case TestConnection.Outcome.Failed(String reason) ->
              text.styled(Style.BAD, "failed: " + reason);
        };
  }

  private static String cache(Text text, @Nullable CacheStatus cache) {
    if (cache == null) {
      return "none configured";
    }
    CacheGlance glance = cache.glance();
    if (glance == null) {
      return cache.address() + ": " + text.styled(Style.BAD, "unreachable");
    }
    String limit =
        glance.maxMemoryBytes() == 0 ? "" : " of " + Amounts.bytes(glance.maxMemoryBytes());
    return "%s: %s%s used, %s"
        .formatted(
            cache.address(),
            Amounts.bytes(glance.usedMemoryBytes()),
            limit,
            Amounts.count(glance.keys(), "key"));
  }

  @Override
  public JsonNode json() {
    return StatusJson.of(status, findings);
  }
}
