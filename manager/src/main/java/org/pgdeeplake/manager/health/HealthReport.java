package org.pgdeeplake.manager.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import org.pgdeeplake.manager.health.InstanceHealth.Database;
import org.pgdeeplake.manager.health.InstanceHealth.Facts;
import org.pgdeeplake.manager.health.InstanceHealth.Sessions;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/** What {@code manage health} shows. */
public record HealthReport(List<InstanceHealth> instances) implements Report {

  public boolean healthy() {
    return instances.stream().allMatch(InstanceHealth::healthy);
  }

  @Override
  public void write(Text text) {
    String separator = "";
    for (InstanceHealth health : instances) {
      if (!separator.isEmpty()) {
        text.line("");
      }
      separator = "\n";
      write(text, health);
    }
  }

  private static void write(Text text, InstanceHealth health) {
    text.line(text.styled(Style.HEADING, health.instance().name()) + "  " + verdict(text, health));
    Facts facts = health.facts();
    if (facts == null) {
      return;
    }
    text.line(
        "  PostgreSQL %s, up for %s; pg_deeplake %s"
            .formatted(
                facts.version(),
                Amounts.seconds((double) facts.uptimeSeconds()),
                facts.extension() != null
                    ? facts.extension()
                    : facts.available() != null
                        ? facts.available() + ", not in this database"
                        : "not installed"));
    facts
        .settings()
        .forEach((name, value) ->
            text.line(
                "  %-28s %s".formatted(name, value.isEmpty() ? "-" : Amounts.printable(value))));
    sessions(text, facts.sessions());
    if (health.databases() != null) {
      databases(text, health.databases());
    }
  }

  private static String verdict(Text text, InstanceHealth health) {
    if (health.healthy()) {
      return text.styled(Style.GOOD, "healthy");
    }
    return health.troubles().stream()
        .map(trouble ->
            text.styled(Style.BAD, trouble.failure().word())
                + (trouble.detail().isEmpty() ? "" : " (" + trouble.detail() + ")"))
        .collect(Collectors.joining(", "));
  }

  private static void sessions(Text text, List<Sessions> sessions) {
    if (sessions.isEmpty()) {
      text.line("  no connections");
      return;
    }
    Table table = new Table("  DATABASE", "USER", "STATE", "CONNECTIONS").right(3);
    for (Sessions each : sessions) {
      table.row(
          "  " + Amounts.printable(each.database()),
          Amounts.printable(each.user()),
          each.state(),
          each.count());
    }
    text.table(table);
  }

  private static void databases(Text text, List<Database> databases) {
    Table table = new Table("  DATABASE", "PG_DEEPLAKE", "TABLES", "USING DEEPLAKE").right(2, 3);
    for (Database each : databases) {
      String extension = each.extension() == null ? "-" : each.extension();
      table.row(
          "  " + Amounts.printable(each.name()), extension, each.tables(), each.deeplakeTables());
    }
    text.table(table);
  }

  @Override
  public JsonNode json() {
    ObjectNode root = Json.object().put("healthy", healthy());
    ArrayNode all = root.putArray("instances");
    instances.forEach(health -> json(all.addObject(), health));
    return root;
  }

  private static void json(ObjectNode node, InstanceHealth health) {
    node.put("name", health.instance().name())
        .put("ordinal", health.instance().ordinal())
        .put("healthy", health.healthy());
    ArrayNode failures = node.putArray("failures");
    for (Trouble trouble : health.troubles()) {
      failures.addObject().put("word", trouble.failure().word()).put("detail", trouble.detail());
    }
    Facts facts = health.facts();
    node.put("version", facts == null ? null : facts.version())
        .put("uptimeSeconds", facts == null ? null : facts.uptimeSeconds())
        .put("extensionAvailable", facts == null ? null : facts.available())
        .put("extension", facts == null ? null : facts.extension());
    ObjectNode settings = node.putObject("settings");
    ArrayNode connections = node.putArray("connections");
    if (facts != null) {
      facts.settings().forEach((name, value) -> settings.put(name, value.isEmpty() ? null : value));
      for (Sessions each : facts.sessions()) {
        connections
            .addObject()
            .put("database", each.database())
            .put("user", each.user())
            .put("state", each.state())
            .put("count", each.count());
      }
    }
    if (health.databases() == null) {
      node.putNull("databases");
      return;
    }
    ArrayNode databases = node.putArray("databases");
    for (Database each : health.databases()) {
      databases
          .addObject()
          .put("name", each.name())
          .put("extension", each.extension())
          .put("tables", each.tables())
          .put("deeplakeTables", each.deeplakeTables());
    }
  }
}
