package org.pgdeeplake.manager.command;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.kubernetes.Target;
import picocli.CommandLine.Option;

/** Where the kubernetes deployment is; the others have no use for it. */
final class KubernetesOptions {
  @Option(
      names = "--context",
      paramLabel = "NAME",
      description =
          "kubernetes only: of the kubeconfig ($$KUBECONFIG or ~/.kube/config). Default: its"
              + " current one, or the cluster this runs in.")
  private @Nullable String context;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "kubernetes only. Default: the context's.")
  private @Nullable String namespace;

  @Option(
      names = "--statefulset",
      paramLabel = "NAME",
      description =
          "kubernetes only: that of the instances. Default: pg-deeplake, or the only one labelled"
              + " app.kubernetes.io/name=pg-deeplake.")
  private @Nullable String statefulSet;

  Target target() {
    return new Target(context, namespace, statefulSet);
  }
}
