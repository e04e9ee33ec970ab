package org.pgdeeplake.manager.command;

import java.util.List;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.Backend;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import picocli.CommandLine.Command;

@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    description = {"Who waits for a server, by backend. JSON: GET /api/v1/backends.", ""},
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy queue"})
final class ProxyQueueCommand extends ProxyTask {
  ProxyQueueCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    Answer<List<Backend>> backends = proxy.backends();
    context.print(new JsonReport(backends.json(), text -> text.table(table(backends.value()))));
    return ExitCodes.OK;
  }

  private static Table table(List<Backend> backends) {
    Table table =
        new Table(
            "BACKEND", "STATUS", "UP", "WAITING", "OLDEST", "AVERAGE", "MOST", "LIMIT", "TIMEOUT");
    table.right(2, 3, 4, 5, 6, 7, 8);
    for (Backend backend : backends) {
      Backend.Queue queue = backend.queue();
      table.row(
          backend.name(),
          status(backend),
          backend.serversUp() + "/" + backend.servers().size(),
          queue.waiting(),
          queue.waiting() == 0 ? "-" : Amounts.seconds(queue.oldestSeconds()),
          Amounts.seconds(queue.averageSeconds()),
          queue.max(),
          queue.limit(),
          Amounts.seconds(queue.timeoutSeconds()));
    }
    return table;
  }

  private static Table.Cell status(Backend backend) {
    if (backend.paused()) {
      return new Table.Cell(backend.status() + ", paused", Style.DOUBTFUL);
    }
    return new Table.Cell(backend.status(), backend.status().equals("UP") ? Style.GOOD : Style.BAD);
  }
}
