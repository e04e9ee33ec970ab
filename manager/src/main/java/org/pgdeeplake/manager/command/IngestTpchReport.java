package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import org.pgdeeplake.manager.ingest.IngestReport;
import org.pgdeeplake.manager.ingest.TpchSchema;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/**
 * @param took with the comparison
 */
record IngestTpchReport(String database, BigDecimal scale, IngestReport ingest, Duration took)
    implements Report {

  @Override
  public void write(Text text) {
    Table table = new Table("TABLE", "ROWS", "CONTENTS");
    for (String name : TpchSchema.names()) {
      Long rows = ingest.tables().get(name);
      if (rows != null) {
        table.row(name, "%,d".formatted(rows), "as generated");
      }
    }
    text.table(table);
  }

  @Override
  public JsonNode json() {
    var tables = Json.array();
    for (String name : TpchSchema.names()) {
      Long rows = ingest.tables().get(name);
      if (rows != null) {
        tables.addObject().put("name", name).put("rows", rows).put("verified", true);
      }
    }
    var root =
        Json.object()
            .put("database", database)
            .put("scale", scale)
            .put("seconds", took.toMillis() / 1e3)
            .put("rows_per_second", Math.round(ingest.loading().rowsPerSecond()));
    root.set("tables", tables);
    return root;
  }
}
