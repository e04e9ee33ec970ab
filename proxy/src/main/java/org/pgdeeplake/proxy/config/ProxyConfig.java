package org.pgdeeplake.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole, consistent configuration: names are unique and every frontend's backend exists.
 *
 * @param threads event loops; at least 1
 * @param backends in the order of the file
 * @param console null: there is none
 */
public record ProxyConfig(
    int threads,
    TransportChoice transport,
    List<FrontendConfig> frontends,
    List<BackendConfig> backends,
    DemandConfig demand,
    AdminConfig admin,
    @Nullable ConsoleConfig console,
    LogConfig log,
    ShutdownConfig shutdown) {

  /** Which kernel interface moves the bytes; {@code AUTO} is epoll where it works, else NIO. */
  public enum TransportChoice {
    AUTO,
    EPOLL,
    NIO
  }
}
