package org.pgdeeplake.manager.command;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Administration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "maint",
    mixinStandardHelpOptions = true,
    description = {
      "A server takes no new sessions, is not checked, and its sessions are closed. To let them end"
          + " by themselves: drain first. JSON: POST /api/v1/servers/SERVER/maint.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy maint pg-deeplake-1"})
final class ProxyMaintCommand extends ServerOrder {
  @Option(
      names = "--wait",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Until it has no session left, at most so long: 30s, 5m. Default: not at all.")
  private @Nullable Duration wait;

  ProxyMaintCommand(Invocation invocation) {
    super(invocation, Administration.MAINT);
  }

  @Override
  @Nullable Duration waiting() {
    return wait;
  }
}
