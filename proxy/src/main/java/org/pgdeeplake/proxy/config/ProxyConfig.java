package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A whole, consistent configuration: names are unique and every frontend's backend exists.
 *
 * @param threads event loops; 0: one for each processor
 * @param warmUp sessions with oneself before it is ready; zero: none
 * @param backends in the order of the file
 * @param scaler null: it is off
 * @param console null: there is none
 */
public record ProxyConfig(
    int threads,
    TransportChoice transport,
    Duration warmUp,
    List<FrontendConfig> frontends,
    List<BackendConfig> backends,
    DemandConfig demand,
    @Nullable ScalerConfig scaler,
    PeersConfig peers,
    AdminConfig admin,
    @Nullable ConsoleConfig console,
    LogConfig log,
    ShutdownConfig shutdown) {

  /** At least 1. The processors may change while the process runs, and what is written stays. */
  public int eventLoops() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Sessions at once, of all frontends. */
  public long maxSessions() {
    return frontends.stream().mapToLong(FrontendConfig::maxConnections).sum();
  }

  /** Which kernel interface moves the bytes; {@code AUTO} is epoll where it works, else NIO. */
  public enum TransportChoice implements Worded {
    AUTO,
    EPOLL,
    IO_URING,
    NIO;

    /** As its system calls are written. */
    @Override
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
