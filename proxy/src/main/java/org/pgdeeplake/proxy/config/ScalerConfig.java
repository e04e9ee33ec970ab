package org.pgdeeplake.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * KEDA's external scaler, and how many instances are wanted.
 *
 * @param sessionsPerInstance busy or waiting sessions that one instance is to have
 * @param minInstances wanted while there is demand
 * @param maxInstances 0: as many as the backend has servers
 * @param scaleInAfter for so long fewer must do before the last instances take no new sessions
 * @param tls null: plain text
 */
public record ScalerConfig(
    HostPort bind,
    int sessionsPerInstance,
    int minInstances,
    int maxInstances,
    Duration scaleInAfter,
    @Nullable FrontendTls tls) {}
