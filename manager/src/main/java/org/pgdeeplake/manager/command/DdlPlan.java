package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.ddl.Ddl;
import org.pgdeeplake.manager.ddl.DdlRequest;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.sql.DdlGuard;
import org.pgdeeplake.manager.sql.Script;
import org.pgdeeplake.manager.sql.StatementFacts;
import org.pgdeeplake.manager.sql.Verdict;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Text;

/**
 * What run-ddl would do; nobody was connected to.
 *
 * @param refusal of the guard; null: it lets it through
 * @param forced the guard does not matter
 */
record DdlPlan(
    Script script,
    @Nullable String refusal,
    boolean forced,
    String database,
    Instance instance,
    List<String> others,
    @Nullable Duration propagation)
    implements Report {

  static DdlPlan of(DdlRequest request, Deployment deployment) throws DeploymentFailed {
    Script script = Script.of(request.sql());
    Instance first = Ddl.first(deployment);
    return new DdlPlan(
        script,
        DdlGuard.check(request.sql()) instanceof Verdict.Refused refused ? refused.reason() : null,
        request.force() && !script.parts().isEmpty(),
        request.database(),
        first,
        deployment.instances().stream()
            .filter(other -> !other.equals(first))
            .map(Instance::name)
            .toList(),
        request.propagation());
  }

  @Override
  public void write(Text text) {
    text.line(
        refusal == null
            ? text.styled(Style.GOOD, "allowed")
            : text.styled(Style.BAD, "refused: ") + refusal + (forced ? " (forced)" : ""));
    if (refusal != null && !forced) {
      return;
    }
    for (Script.Part part : script.parts()) {
      StatementFacts facts = part.statement();
      text.line("%s (line %d)".formatted(facts.command(), script.line(part)));
      line(text, facts.mustRunAlone(), "runs outside of a transaction block");
      line(text, facts.writesData(), "writes rows, so it may take its time");
      line(text, facts.instanceOnly(), "changes " + instance.name() + " only");
      line(
          text,
          !facts.comparable() && !facts.instanceOnly(),
          "changes nothing that can be seen in the catalog");
      facts.warnings().forEach(warning -> text.line("  WARNING:  " + warning));
    }
    text.line(
        "would run in database %s on %s, under the lock for DDL"
            .formatted(database, instance.name()));
    if (propagation != null && !others.isEmpty() && awaited()) {
      text.line(
          "would wait up to %s until it is visible on %s"
              .formatted(new IdleTime(propagation), String.join(", ", others)));
    }
    text.line("would flush the cache");
  }

  private boolean awaited() {
    return script.parts().stream()
        .anyMatch(part -> part.statement().comparable() && !part.statement().instanceOnly());
  }

  private static void line(Text text, boolean applies, String fact) {
    if (applies) {
      text.line("  " + fact);
    }
  }

  @Override
  public JsonNode json() {
    ObjectNode root =
        Json.object()
            .put("dry_run", true)
            .put("allowed", refusal == null)
            .put("refusal", refusal)
            .put("forced", forced)
            .put("database", database)
            .put("instance", instance.name());
    ArrayNode waitsFor = root.putArray("waits_for");
    if (propagation != null && awaited()) {
      others.forEach(waitsFor::add);
    }
    ArrayNode statements = root.putArray("statements");
    for (Script.Part part : script.parts()) {
      StatementFacts facts = part.statement();
      ArrayNode warnings =
          statements
              .addObject()
              .put("statement", facts.text())
              .put("command", facts.command())
              .put("line", script.line(part))
              .put("must_run_alone", facts.mustRunAlone())
              .put("writes_data", facts.writesData())
              .put("comparable", facts.comparable())
              .put("instance_only", facts.instanceOnly())
              .putArray("warnings");
      facts.warnings().forEach(warnings::add);
    }
    return root;
  }
}
