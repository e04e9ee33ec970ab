package org.pgdeeplake.manager.deployment;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An instance that takes sessions.
 *
 * @param pid of its first process on this machine
 * @param took from the call to the first session it would take
 * @param adopted it ran already, left over by an earlier manager
 * @param exit completed when it ends, whatever the reason
 */
public record Started(long pid, Duration took, boolean adopted, CompletableFuture<?> exit) {}
