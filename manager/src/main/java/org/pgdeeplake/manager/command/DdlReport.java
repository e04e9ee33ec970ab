package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.ddl.DdlOutcome;
import org.pgdeeplake.manager.ddl.Propagated;
import org.pgdeeplake.manager.ddl.Shortcomings;
import org.pgdeeplake.manager.ddl.Visibility;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/** What run-ddl did. */
record DdlReport(DdlOutcome outcome) implements Report {

  @Override
  public void write(Text text) {
    text.line(
        "%s in database %s on %s in %d ms"
            .formatted(
                outcome.unknown()
                    ? "Not known whether it is done: a statement"
                    : outcome.what() + " done",
                outcome.database(),
                outcome.instance().name(),
                outcome.took().toMillis()));
    Propagated.@Nullable NotAwaited notAwaited = outcome.propagated().notAwaited();
    if (notAwaited != null) {
      text.line("Not waited for other instances: " + notAwaited.reason());
    }
    if (!outcome.propagated().others().isEmpty()) {
      Table table = new Table("INSTANCE", "VISIBLE");
      outcome
          .propagated()
          .others()
          .forEach(other -> table.row(other.instance().name(), cell(other)));
      text.table(table);
    }
    OptionalLong keys = outcome.cache().keys();
    if (keys.isPresent()) {
      text.line("Cache: " + Amounts.count(keys.getAsLong(), "key") + " flushed");
    }
  }

  private static Table.Cell cell(Visibility other) {
    return switch (other) {
      case Visibility.Visible visible ->
          new Table.Cell("after " + visible.took().toMillis() + " ms", Style.GOOD);
      case Visibility.Missing missing ->
          new Table.Cell("no: " + Shortcomings.words(missing.missing()), Style.BAD);
      case Visibility.NotRunning stopped ->
          new Table.Cell("does not run (" + stopped.state() + ")", Style.QUIET);
    };
  }

  @Override
  public JsonNode json() {
    ArrayNode warnings = Json.array();
    outcome.warnings().forEach(warnings::add);
    ArrayNode propagated = Json.array();
    outcome.propagated().others().forEach(other -> propagated.add(json(other)));
    Propagated.@Nullable NotAwaited notAwaited = outcome.propagated().notAwaited();
    OptionalLong keys = outcome.cache().keys();
    ObjectNode root =
        Json.object()
            .put(
                "statement",
                outcome.script().parts().stream()
                    .map(part -> part.statement().text())
                    .collect(Collectors.joining(";\n")))
            .put("statements", outcome.script().parts().size())
            .put("done", outcome.done())
            .put("failure", outcome.failure())
            .put("outcome_known", !outcome.unknown())
            .put("database", outcome.database())
            .put("instance", outcome.instance().name())
            .put("took_ms", outcome.took().toMillis());
    root.set("warnings", warnings);
    root.set("propagated", propagated);
    return root.put("not_awaited", notAwaited == null ? null : notAwaited.reason())
        .put("cache_flushed", keys.isPresent() ? keys.getAsLong() : null)
        .put("cache_failure", outcome.cache().failure());
  }

  private static ObjectNode json(Visibility other) {
    ObjectNode node = Json.object().put("instance", other.instance().name());
    switch (other) {
      case Visibility.Visible visible ->
          node.put("visible", true).put("took_ms", visible.took().toMillis());
      case Visibility.Missing missing -> {
        ArrayNode lines = node.put("visible", false).putArray("missing");
        missing.missing().forEach(lines::add);
      }
      case Visibility.NotRunning stopped -> node.putNull("visible").put("state", stopped.state());
    }
    return node;
  }
}
