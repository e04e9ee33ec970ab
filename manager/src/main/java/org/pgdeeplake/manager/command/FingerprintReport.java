package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.manager.credentials.Fingerprint;
import org.pgdeeplake.manager.credentials.Held;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;

/**
 * Which credentials the instances have.
 *
 * @param same all that count answered and have the same
 */
record FingerprintReport(List<Answer<Held>> answers, boolean same) implements Report {

  static FingerprintReport of(
      Deployment deployment, List<Answer<Held>> answers, boolean skipStopped)
      throws DeploymentFailed {
    List<Fingerprint> held = new ArrayList<>();
    boolean complete = true;
    for (Answer<Held> answer : answers) {
      switch (answer) {
        case Answer.Given<Held> given -> held.add(given.value().fingerprint());
        case Answer.Failed<Held> failed ->
            complete &= skipStopped && !deployment.state(failed.instance()).mayAnswer();
      }
    }
    return new FingerprintReport(answers, complete && held.stream().distinct().count() <= 1);
  }

  @Override
  public void write(Text text) {
    Table table = new Table("INSTANCE", "CREDENTIALS");
    for (Answer<Held> answer : answers) {
      switch (answer) {
        case Answer.Given<Held> given ->
            table.row(
                given.instance().name(),
                given.value().silent()
                    ? new Table.Cell(
                        given.value().fingerprint().brief() + ", its log is silent", Style.BAD)
                    : new Table.Cell(given.value().fingerprint().brief(), Style.QUIET));
        case Answer.Failed<Held> failed ->
            table.row(failed.instance().name(), new Table.Cell(failed.reason(), Style.BAD));
      }
    }
    text.table(table);
    text.line(same ? "All have the same." : text.styled(Style.BAD, whyNot()));
    if (silent()) {
      text.line(
          text.styled(
              Style.BAD,
              "A rotation was cut off, and the instance has logged FATAL messages only since then:"
                  + " rotate once more."));
    }
  }

  /** The log of one of them is. */
  boolean silent() {
    return answers.stream()
        .anyMatch(answer -> answer instanceof Answer.Given<Held> given && given.value().silent());
  }

  private String whyNot() {
    long different =
        answers.stream()
            .filter(Answer.Given.class::isInstance)
            .map(answer -> ((Answer.Given<Held>) answer).value().fingerprint())
            .distinct()
            .count();
    return different > 1 ? "They are not all the same." : "Not all of them answered.";
  }

  @Override
  public JsonNode json() {
    ObjectNode root = Json.object().put("same", same);
    ArrayNode instances = root.putArray("instances");
    for (Answer<Held> answer : answers) {
      ObjectNode node = instances.addObject().put("name", answer.instance().name());
      switch (answer) {
        case Answer.Given<Held> given ->
            node.put("sha256", given.value().fingerprint().sha256())
                .put("log_silent", given.value().silent());
        case Answer.Failed<Held> failed -> node.put("reason", failed.reason());
      }
    }
    return root;
  }
}
