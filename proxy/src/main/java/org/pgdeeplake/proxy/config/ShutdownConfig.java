package org.pgdeeplake.proxy.config;

import java.time.Duration;

/**
 * @param delay not ready, but still accepting: load balancers get time to look away
 * @param drainTimeout how long live sessions may go on after that
 */
public record ShutdownConfig(Duration delay, Duration drainTimeout) {}
