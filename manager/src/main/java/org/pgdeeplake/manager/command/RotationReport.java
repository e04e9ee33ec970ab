package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.pgdeeplake.manager.credentials.RotationResult;
import org.pgdeeplake.manager.credentials.RotationResult.Outcome;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/**
 * @param withStart what instances that start later take them from changes with them
 * @param source where the new ones came from
 * @param keyId masked
 * @param afterwards what was done after the instances; may be empty
 */
record RotationReport(
    DeploymentKind kind,
    boolean withStart,
    RotationResult result,
    String source,
    String keyId,
    String afterwards)
    implements Report {

  @Override
  public void write(Text text) {
    Table table = new Table("INSTANCE", "RESULT");
    for (RotationResult.Of one : result.instances()) {
      String words = words(one.outcome());
      table.row(
          one.instance().name(),
          new Table.Cell(
              one.reason().isEmpty() ? words : words + ": " + one.reason(), style(one.outcome())));
    }
    text.table(table);
    text.line(summary());
    if (has(Outcome.SKIPPED)) {
      text.line(skipped());
    }
    result.notes().forEach(text::line);
    if (!afterwards.isEmpty()) {
      text.line(afterwards);
    }
  }

  private String summary() {
    String key = "the key " + keyId + " from " + source;
    return switch (result.ending()) {
      case ROTATED -> "Every instance that runs has " + key + " now." + untilARestart();
      case ROTATED_WITH_PROBLEMS ->
          "Every instance that runs has " + key + " now, but not all is tidied up.";
      case WOULD_ROTATE -> "Every instance that runs would get " + key + ".";
      case NOTHING_CHANGED ->
          "Nothing was changed on any instance."
              + (result.instances().stream().anyMatch(RotationReport::isDown)
                  ? " Start what does not run, or leave it out with --skip-stopped."
                  : "");
      case ROLLED_BACK -> "All instances have the credentials of before again.";
      case INCONSISTENT ->
          "The instances may have different credentials now: repair the ones above and rotate once"
              + " more; --check tells.";
    };
  }

  private static boolean isDown(RotationResult.Of one) {
    return one.outcome() == Outcome.FAILED && one.reason().startsWith("does not run");
  }

  private boolean has(Outcome outcome) {
    return result.instances().stream().anyMatch(one -> one.outcome() == outcome);
  }

  /** The file in the container is gone with it, and what writes it anew reads the environment. */
  private String untilARestart() {
    if (kind == DeploymentKind.kubernetes) {
      return withStart ? "" : " A pod that starts later takes what its environment says.";
    }
    return kind == DeploymentKind.local || source.equals(".env")
        ? ""
        : " One that restarts takes what its environment says: put the same into .env.";
  }

  private String skipped() {
    return switch (kind) {
      case local ->
          "Those that were left out have the credentials of before when they start: rotate once"
              + " more then.";
      case kubernetes ->
          withStart
              ? "Those that were left out take them from the Secret when they start."
              : "Those that were left out take what their environment says when they start.";
      case compose ->
          "Those that were left out take what their environment says when they start: it must be"
              + " the same.";
    };
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case SKIPPED -> "left out";
      case UNKNOWN -> "unknown";
      default -> outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  private static Style style(Outcome outcome) {
    return switch (outcome) {
      case ROTATED -> Style.GOOD;
      case WOULD_BE_ROTATED, UNCHANGED -> Style.QUIET;
      case SKIPPED, ROLLED_BACK -> Style.DOUBTFUL;
      case FAILED, UNKNOWN -> Style.BAD;
    };
  }

  @Override
  public JsonNode json() {
    ObjectNode root =
        Json.object().put("result", name(result.ending())).put("source", source).put("key", keyId);
    ArrayNode instances = root.putArray("instances");
    for (RotationResult.Of one : result.instances()) {
      ObjectNode node =
          instances
              .addObject()
              .put("name", one.instance().name())
              .put("result", name(one.outcome()));
      if (!one.reason().isEmpty()) {
        node.put("reason", one.reason());
      }
    }
    ArrayNode notes = root.putArray("notes");
    result.notes().forEach(notes::add);
    if (!afterwards.isEmpty()) {
      root.put("afterwards", afterwards);
    }
    return root;
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
