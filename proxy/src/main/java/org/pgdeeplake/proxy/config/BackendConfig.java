package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.List;

/**
 * The servers that share one queue.
 *
 * @param servers that are listed, or that discovery has found
 * @param retries further attempts after a failed one before the session goes back to the queue
 * @param redispatch whether a retry may go to another server
 */
public record BackendConfig(
    String name,
    List<ServerConfig> servers,
    CheckConfig check,
    QueueConfig queue,
    Timeouts timeouts,
    int retries,
    boolean redispatch,
    BackendTls tls,
    DiscoveryConfig discovery) {

  /** Whose servers are listed. */
  public BackendConfig(
      String name,
      List<ServerConfig> servers,
      CheckConfig check,
      QueueConfig queue,
      Timeouts timeouts,
      int retries,
      boolean redispatch,
      BackendTls tls) {
    this(name, servers, check, queue, timeouts, retries, redispatch, tls, DiscoveryConfig.NONE);
  }

  /** The same with other servers. */
  public BackendConfig withServers(List<ServerConfig> others) {
    return new BackendConfig(
        name, others, check, queue, timeouts, retries, redispatch, tls, discovery);
  }

  /**
   * @param maxConnections sessions at once; 0 is no limit
   * @param sendProxyProtocol whether every connection to it begins with a PROXY protocol header
   */
  public record ServerConfig(
      String name, HostPort address, int maxConnections, boolean sendProxyProtocol) {}

  /**
   * @param limit waiting sessions; more are refused with 57P03
   * @param limitPerClient waiting sessions from one address; 0 is no limit
   * @param releaseConcurrency sessions of one server between their assignment and the server's
   *     first byte
   */
  public record QueueConfig(int limit, int limitPerClient, int releaseConcurrency) {}

  /**
   * @param connect one attempt: TCP connect, and again the server's first byte
   * @param server silence of both sides after which the session ends
   * @param serverFin silence of the server, after its client has left, after which the session
   *     ends; zero is no limit
   * @param queue all waiting of one session, whatever it waits for
   */
  public record Timeouts(Duration connect, Duration server, Duration serverFin, Duration queue) {}
}
