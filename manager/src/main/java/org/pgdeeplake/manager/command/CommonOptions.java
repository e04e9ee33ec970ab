package org.pgdeeplake.manager.command;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.compose.ComposeDeployment;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.kubernetes.KubernetesDeployment;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.settings.Settings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command understands. */
final class CommonOptions {
  private static final String DEPLOYMENT = "PG_DEEPLAKE_DEPLOYMENT";
  private static final String PROXY_URL = "PROXY_ADMIN_URL";

  enum Format {
    table,
    json
  }

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--deployment",
      paramLabel = "KIND",
      description =
          "What runs the instances: ${COMPLETION-CANDIDATES}. Default: $$"
              + DEPLOYMENT
              + ", or compose.")
  private @Nullable DeploymentKind kind;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Format format = Format.table;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "For each answer of an instance, the proxy or Redis. Default: 10s.")
  private Duration timeout = Duration.ofSeconds(10);

  @Option(
      names = "--project",
      paramLabel = "DIR",
      description = "Where docker-compose.yml and .env are. Default: where this program is.")
  private @Nullable Path project;

  @Option(
      names = "--proxy",
      paramLabel = "URL",
      converter = ProxyAddressConverter.class,
      description =
          "The proxy's admin address. Default: $$PROXY_ADMIN_URL, or http://127.0.0.1:8404; on"
              + " kubernetes a port-forward to the proxy's pod.")
  private @Nullable URI proxy;

  @Mixin private DataOption data = new DataOption();

  @Mixin private KubernetesOptions kubernetes = new KubernetesOptions();

  /** Reads {@code .env}; connects to nothing. */
  Context open(Invocation invocation) throws DeploymentFailed {
    Path directory = project != null ? project : invocation.home();
    Settings settings =
        Settings.read(directory.toAbsolutePath().normalize(), invocation.environment());
    return new Context(invocation, settings, kind(settings), this);
  }

  private DeploymentKind kind(Settings settings) {
    if (kind != null) {
      return kind;
    }
    String name = settings.get(DEPLOYMENT, DeploymentKind.compose.name());
    try {
      return DeploymentKind.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          DEPLOYMENT + "='" + name + "' is none of local, compose, kubernetes",
          e);
    }
  }

  /** Opens what {@code kind} names. */
  Deployment deployment(DeploymentKind kind, Settings settings) throws DeploymentFailed {
    return switch (kind) {
      case local -> LocalDeployment.open(localDirectory(settings));
      case compose -> ComposeDeployment.open(settings.project(), settings.environment());
      case kubernetes -> KubernetesDeployment.open(kubernetes.target(), settings.values(), timeout);
    };
  }

  Path localDirectory(Settings settings) {
    return data.directory(settings.values());
  }

  Format format() {
    return format;
  }

  Duration timeout() {
    return timeout;
  }

  /** Whether the user says where the proxy is. */
  boolean proxyGiven(Settings settings) {
    return proxy != null || settings.get(PROXY_URL).isPresent();
  }

  URI proxy(Settings settings) {
    if (proxy != null) {
      return proxy;
    }
    String url =
        settings.get(PROXY_URL, "http://127.0.0.1:" + settings.get("PROXY_ADMIN_PORT", "8404"));
    try {
      return new ProxyAddressConverter().convert(url);
    } catch (picocli.CommandLine.TypeConversionException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), PROXY_URL + ": " + e.getMessage(), e);
    }
  }
}
