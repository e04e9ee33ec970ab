package org.pgdeeplake.manager.command;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheFlush;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyCredentials;
import org.pgdeeplake.manager.settings.Settings;
import org.pgdeeplake.manager.terminal.Progress;
import org.pgdeeplake.manager.terminal.Report;

/** What a command works with, once its options are read. The command's thread only. */
final class Context implements AutoCloseable {
  private final Invocation invocation;
  private final Settings settings;
  private final DeploymentKind kind;
  private final CommonOptions options;
  private @Nullable Deployment deployment;

  Context(Invocation invocation, Settings settings, DeploymentKind kind, CommonOptions options) {
    this.invocation = invocation;
    this.settings = settings;
    this.kind = kind;
    this.options = options;
  }

  Settings settings() {
    return settings;
  }

  DeploymentKind kind() {
    return kind;
  }

  Duration timeout() {
    return options.timeout();
  }

  /** Of the admin port: the user's, else the deployment's own way to it, else the default. */
  URI proxy() throws DeploymentFailed {
    if (kind == DeploymentKind.kubernetes && !options.proxyGiven(settings)) {
      Optional<URI> own = deployment().proxyAdmin();
      if (own.isPresent()) {
        return own.get();
      }
    }
    return options.proxy(settings);
  }

  /** The deployment's own way to the proxy's clients' port, unless the user says where that is. */
  Optional<URI> proxyClients() throws DeploymentFailed {
    return kind == DeploymentKind.kubernetes
            && !options.proxyGiven(settings)
            && settings.get("PROXY_HOST").isEmpty()
        ? deployment().proxyClients()
        : Optional.empty();
  }

  Deployment deployment() throws DeploymentFailed {
    if (deployment == null) {
      deployment = options.deployment(kind, settings);
    }
    return deployment;
  }

  /** Under the new names or the original's; null: there are none. */
  @Nullable ProxyCredentials proxyCredentials() {
    Optional<String> user = settings.first("PROXY_STATS_USER", "HAPROXY_STATS_USER");
    Optional<String> password = settings.first("PROXY_STATS_PASSWORD", "HAPROXY_STATS_PASSWORD");
    return user.isPresent() && password.isPresent()
        ? new ProxyCredentials(user.get(), password.get())
        : null;
  }

  /** Compose publishes its Redis; elsewhere there is one if somebody says where. */
  Optional<String> redis() throws DeploymentFailed {
    Optional<String> url = settings.get("REDIS_URL");
    if (url.isEmpty() && kind == DeploymentKind.kubernetes) {
      return deployment().redis().map(URI::toString);
    }
    return url.isEmpty() && kind == DeploymentKind.compose
        ? Optional.of("redis://127.0.0.1:" + settings.get("REDIS_PORT", "6379"))
        : url;
  }

  /**
   * Of the keys that instances have put there.
   *
   * @throws DeploymentFailed REDIS_URL is no address, or there is no way to Redis
   */
  CacheFlush cacheFlush() throws DeploymentFailed {
    return CacheFlush.of(redis(), timeout());
  }

  /** To be closed by the caller. */
  ProxyAdmin proxyAdmin() throws DeploymentFailed {
    return new ProxyAdmin(proxy(), proxyCredentials(), timeout());
  }

  /** Of the local deployment. */
  Path localDirectory() {
    return options.localDirectory(settings);
  }

  /** For an instance that has just been started: what the others have and it may lack. */
  AfterStart afterStart() throws DeploymentFailed {
    return new Newcomers(deployment(), postgres(), settings);
  }

  /**
   * As the superuser; local instances let in everybody on this machine.
   *
   * @throws Refused there is no password
   */
  PostgresAccess postgres() throws Refused {
    return kind == DeploymentKind.local
        ? new PostgresAccess("postgres", settings.get("POSTGRES_PASSWORD", ""), timeout())
        : new PostgresAccess(settings.postgresUser(), settings.postgresPassword(), timeout());
  }

  Progress progress() {
    return new Progress(invocation.err(), invocation.terminal().err());
  }

  void print(Report report) {
    invocation.print(report, options.format());
  }

  /** Beside the report: on standard error. */
  PrintWriter err() {
    return invocation.err();
  }

  @Override
  public void close() {
    if (deployment != null) {
      deployment.close();
    }
  }
}
