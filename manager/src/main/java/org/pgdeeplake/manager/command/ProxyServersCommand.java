package org.pgdeeplake.manager.command;

import java.util.List;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Table;
import picocli.CommandLine.Command;

@Command(
    name = "servers",
    mixinStandardHelpOptions = true,
    description = {"Every server, its state and its sessions. JSON: GET /api/v1/servers.", ""},
    footerHeading = "%nExamples:%n",
    footer = {"  manage proxy servers", "  manage proxy servers --output json"})
final class ProxyServersCommand extends ProxyTask {
  ProxyServersCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    Answer<List<Server>> servers = proxy.servers();
    context.print(new JsonReport(servers.json(), text -> text.table(table(servers.value()))));
    return ExitCodes.OK;
  }

  static Table table(List<Server> servers) {
    Table table =
        new Table(
            "BACKEND", "SERVER", "ADDRESS", "STATUS", "FOR", "SESSIONS", "LIMIT", "TOTAL", "CHECK");
    table.right(5, 6, 7);
    for (Server server : servers) {
      String info = server.check().info();
      table.row(
          server.backend(),
          server.name(),
          server.address(),
          new Table.Cell(server.status(), style(server)),
          Amounts.seconds(server.secondsSinceChange()),
          server.sessions(),
          server.limit() == 0 ? "-" : server.limit(),
          server.sessionsTotal(),
          server.check().status() + (info.isEmpty() ? "" : ": " + Amounts.printable(info)));
    }
    return table;
  }

  private static Style style(Server server) {
    if (!server.administrative().equals("ready")) {
      return Style.DOUBTFUL;
    }
    return server.up() ? Style.GOOD : Style.BAD;
  }
}
