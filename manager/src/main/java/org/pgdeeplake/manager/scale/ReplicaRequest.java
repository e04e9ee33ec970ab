package org.pgdeeplake.manager.scale;

import java.time.Duration;
import org.pgdeeplake.manager.deployment.ReplicaOrder;

/**
 * What is asked for.
 *
 * @param asksProxy false: it gets no orders, and nobody is drained
 * @param drain how long sessions of an instance that goes may go on
 * @param start how long the controller may take until all that shall run are ready, or the others
 *     gone
 */
public record ReplicaRequest(
    ReplicaOrder order, boolean asksProxy, Duration drain, Duration start) {}
