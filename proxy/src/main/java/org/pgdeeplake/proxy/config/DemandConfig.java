package org.pgdeeplake.proxy.config;

import java.time.Duration;

/**
 * @param idleAfter idle outside a transaction for so long, a session no longer counts
 * @param linger how long a waiter that gave up still counts, so that a start it caused goes through
 */
public record DemandConfig(Duration idleAfter, Duration linger) {}
