package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.pgdeeplake.manager.ingest.IngestPlan;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/**
 * What an ingest would do.
 *
 * @param unseen why nobody looked at the database; "": somebody did
 */
record IngestPlanReport(String database, BigDecimal scale, IngestPlan plan, String unseen)
    implements Report {

  @Override
  public void write(Text text) {
    Table table = new Table("TABLE", "ROWS", "CHUNKS", "THERE");
    for (IngestPlan.Table each : plan.tables()) {
      table.row(
          each.name(),
          (each.exactly() ? "%,d" : "about %,d").formatted(each.rows()),
          Integer.toString(each.chunks()),
          there(each));
    }
    text.table(table);
    if (!unseen.isEmpty()) {
      text.line("Nobody looked at database " + database + ": " + unseen);
    }
    text.line(
        plan.refusal() == null
            ? "would load what is missing into database %s, and compare all of it"
                .formatted(database)
            : text.styled(Style.BAD, "refused: ") + plan.refusal());
  }

  private static String there(IngestPlan.Table table) {
    if (table.loaded() == null) {
      return "not known";
    }
    return table.storage() == null
        ? "no table"
        : "%d chunks (%s)".formatted(table.loaded(), table.storage());
  }

  @Override
  public JsonNode json() {
    var tables = Json.array();
    for (IngestPlan.Table each : plan.tables()) {
      tables
          .addObject()
          .put("name", each.name())
          .put("rows", each.rows())
          .put("exactly", each.exactly())
          .put("chunks", each.chunks())
          .put("loaded", each.loaded())
          .put("storage", each.storage());
    }
    var root =
        Json.object()
            .put("dry_run", true)
            .put("database", database)
            .put("scale", scale)
            .put("refusal", plan.refusal());
    root.set("tables", tables);
    return root;
  }
}
