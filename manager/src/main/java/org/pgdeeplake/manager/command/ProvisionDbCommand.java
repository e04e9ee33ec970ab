package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.provision.DatabaseRequest;
import org.pgdeeplake.manager.provision.Provisioning;
import org.pgdeeplake.manager.provision.Provisioning.Provisioned;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import org.pgdeeplake.manager.terminal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "provision-db",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a database on every instance, with pg_deeplake in it.",
      "",
      "CREATE DATABASE does not travel through S3, so each instance needs its own. What exists is"
          + " left as it is. If an instance fails, the others are done all the same; the same"
          + " command again finishes the rest.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage provision-db tpch",
      "  manage provision-db sales --owner analyst --output json"
    })
public final class ProvisionDbCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "NAME", description = "As it is, without quotes: case counts.")
  private String name = "";

  @Option(names = "--owner", paramLabel = "ROLE", description = "Default: the superuser.")
  private @Nullable String owner;

  @Option(names = "--template", paramLabel = "NAME", description = "Default: template1.")
  private @Nullable String template;

  @Option(
      names = "--if-not-exists",
      description = "A database that exists is fine. This is the default.")
  private boolean ifNotExists;

  @Option(names = "--must-not-exist", description = "A database that exists is a failure.")
  private boolean mustNotExist;

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  private boolean dryRun;

  @Option(names = "--drop", hidden = true)
  private boolean drop;

  public ProvisionDbCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    if (drop) {
      throw new Refused(
          "--drop is refused: DROP DATABASE crashes the extension (a known bug of pg_deeplake)."
              + " Leave the database, and use a fresh path in S3 for new data.");
    }
    if (ifNotExists && mustNotExist) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--if-not-exists and --must-not-exist contradict each other");
    }
    DatabaseRequest request = new DatabaseRequest(name, owner, template, !mustNotExist);
    request.requireValid();
    try (Context context = common.open(invocation)) {
      List<Answer<Provisioned>> answers = provision(context, request);
      context.print(new ProvisionReport(name, answers));
      return ExitCodes.ofAnswers(answers);
    }
  }

  private List<Answer<Provisioned>> provision(Context context, DatabaseRequest request)
      throws Exception {
    PostgresAccess access = context.postgres();
    Provisioning provisioning = new Provisioning(context.deployment(), access);
    try (Progress progress = context.progress()) {
      progress.step("creating " + name);
      // Copying a template takes longer than an answer.
      return provisioning.provision(request, context.timeout().multipliedBy(6), dryRun);
    }
  }

  private record ProvisionReport(String database, List<Answer<Provisioned>> answers)
      implements Report {

    @Override
    public void write(Text text) {
      Table table = new Table("INSTANCE", "DATABASE", "RESULT");
      for (Answer<Provisioned> answer : answers) {
        switch (answer) {
          case Answer.Given<Provisioned> given ->
              table.row(given.instance().name(), database, words(given.value()));
          case Answer.Failed<Provisioned> failed ->
              table.row(
                  failed.instance().name(),
                  database,
                  new Table.Cell("failed: " + failed.reason(), Style.BAD));
        }
      }
      text.table(table);
    }

    private static String words(Provisioned done) {
      String outcome = done.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return done.extension() || done.outcome() == Provisioning.Outcome.WOULD_BE_CREATED
          ? outcome
          : outcome + ", without pg_deeplake, which is not installed there";
    }

    @Override
    public JsonNode json() {
      ArrayNode instances = Json.array();
      for (Answer<Provisioned> answer : answers) {
        var node = instances.addObject().put("name", answer.instance().name());
        switch (answer) {
          case Answer.Given<Provisioned> given ->
              node.put("result", given.value().outcome().name().toLowerCase(Locale.ROOT))
                  .put("extension", given.value().extension());
          case Answer.Failed<Provisioned> failed ->
              node.put("result", "failed").put("reason", failed.reason());
        }
      }
      var root = Json.object().put("database", database);
      root.set("instances", instances);
      return root;
    }
  }
}
