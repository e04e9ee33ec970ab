package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import picocli.CommandLine.Mixin;

/** What the commands under {@code proxy} have in common: they ask one proxy's admin port. */
abstract class ProxyTask implements Callable<Integer> {
  private final Invocation invocation;

  @Mixin private CommonOptions common = new CommonOptions();

  ProxyTask(Invocation invocation) {
    this.invocation = invocation;
  }

  Invocation invocation() {
    return invocation;
  }

  /** Returns the exit code. */
  abstract int run(Context context, ProxyAdmin proxy) throws Exception;

  @Override
  public Integer call() throws Exception {
    try (Context context = common.open(invocation);
        ProxyAdmin proxy = context.proxyAdmin()) {
      return run(context, proxy);
    }
  }

  /**
   * Asks whether to go on.
   *
   * @throws Refused the answer is no, or nobody can be asked
   */
  void confirm(String question) throws Refused {
    if (!invocation.terminal().in()) {
      throw new Refused(question + " There is no terminal to ask at: add --yes.");
    }
    if (!invocation.terminal().confirm(question)) {
      throw new Refused("Nothing was done.");
    }
  }

  /** What is, and that nothing was done. */
  static JsonNode dry(JsonNode json) {
    ObjectNode copy = json.deepCopy();
    return copy.put("dryRun", true);
  }
}
