package org.pgdeeplake.manager.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A server that takes sessions.
 *
 * @param took from the call to the first session it would take
 * @param adopted it ran already, left over by an earlier manager
 * @param exit completed when the process ends, whatever the reason
 */
public record Started(
    long pid, Duration took, boolean adopted, CompletableFuture<ProcessHandle> exit) {}
