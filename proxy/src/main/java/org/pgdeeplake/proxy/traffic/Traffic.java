package org.pgdeeplake.proxy.traffic;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

/** What went through a frontend, a backend or a server since the start. Any thread. */
public final class Traffic {
  private final LongAdder sessions = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder connectErrors = new LongAdder();
  private final LongAdder responseErrors = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder redispatches = new LongAdder();
  private final LongAdder clientAborts = new LongAdder();
  private final LongAdder serverAborts = new LongAdder();
  private final LongAdder internalErrors = new LongAdder();
  private final Map<Result, LongAdder> handshakes = new EnumMap<>(Result.class);
  private final SessionRate rate = new SessionRate();
  private final RecentTimes queueTime = new RecentTimes();
  private final RecentTimes connectTime = new RecentTimes();
  private final RecentTimes responseTime = new RecentTimes();
  private final RecentTimes totalTime = new RecentTimes();

  public Traffic() {
    for (Result result : Result.values()) {
      handshakes.put(result, new LongAdder());
    }
  }

  /** A session, or on a server an attempt. */
  public void sessionStarted() {
    sessions.increment();
    rate.tick(System.nanoTime());
  }

  /** Bytes from the client. */
  public void in(int bytes) {
    bytesIn.add(bytes);
  }

  /** Bytes to the client. */
  public void out(int bytes) {
    bytesOut.add(bytes);
  }

  public void connectError() {
    connectErrors.increment();
  }

  public void responseError() {
    responseErrors.increment();
  }

  public void retried() {
    retries.increment();
  }

  public void redispatched() {
    redispatches.increment();
  }

  public void clientAborted() {
    clientAborts.increment();
  }

  public void serverAborted() {
    serverAborts.increment();
  }

  /** A session ended because of a bug. */
  public void internalError() {
    internalErrors.increment();
  }

  /** A handshake of TLS that the proxy itself speaks ended, on a server also one of a check. */
  public void handshake(Result result) {
    Objects.requireNonNull(handshakes.get(result)).increment();
  }

  public long handshakesTotal(Result result) {
    return Objects.requireNonNull(handshakes.get(result)).sum();
  }

  public long sessionsTotal() {
    return sessions.sum();
  }

  public long bytesInTotal() {
    return bytesIn.sum();
  }

  public long bytesOutTotal() {
    return bytesOut.sum();
  }

  public long connectErrorsTotal() {
    return connectErrors.sum();
  }

  public long responseErrorsTotal() {
    return responseErrors.sum();
  }

  public long retriesTotal() {
    return retries.sum();
  }

  public long redispatchesTotal() {
    return redispatches.sum();
  }

  public long clientAbortsTotal() {
    return clientAborts.sum();
  }

  public long serverAbortsTotal() {
    return serverAborts.sum();
  }

  public long internalErrorsTotal() {
    return internalErrors.sum();
  }

  public SessionRate rate() {
    return rate;
  }

  /** Waiting for a server. */
  public RecentTimes queueTime() {
    return queueTime;
  }

  /** TCP connect to the server. */
  public RecentTimes connectTime() {
    return connectTime;
  }

  /** From the connection to the server's first byte. */
  public RecentTimes responseTime() {
    return responseTime;
  }

  /** From accept to the end. */
  public RecentTimes totalTime() {
    return totalTime;
  }
}
