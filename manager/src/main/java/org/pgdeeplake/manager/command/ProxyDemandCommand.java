package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.CurrentDemand;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Table;
import picocli.CommandLine.Command;

@Command(
    name = "demand",
    mixinStandardHelpOptions = true,
    description = {
      "What wants an instance now; with a demand of 0 everything may sleep. JSON: GET"
          + " /api/v1/demand.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy demand"})
final class ProxyDemandCommand extends ProxyTask {
  ProxyDemandCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    Answer<CurrentDemand> demand = proxy.demand();
    context.print(new JsonReport(demand.json(), text -> text.table(table(demand.value()))));
    return ExitCodes.OK;
  }

  private static Table table(CurrentDemand demand) {
    Table table =
        new Table(
            "DEMAND",
            "WAITING",
            "OLDEST",
            "BUSY",
            "IN TRANSACTION",
            "IDLE",
            "OPAQUE",
            "LINGERING",
            "SERVERS UP");
    table.right(0, 1, 2, 3, 4, 5, 6, 7, 8);
    return table.row(
        demand.demand(),
        demand.waiting(),
        demand.waiting() == 0 ? "-" : Amounts.seconds(demand.oldestWaiterSeconds()),
        demand.busy(),
        demand.inTransaction(),
        demand.idle(),
        demand.opaque(),
        demand.lingering(),
        demand.serversUp());
  }
}
