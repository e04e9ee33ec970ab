package org.pgdeeplake.manager.scale;

import java.util.List;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Replicas;

/**
 * What {@code scale} has to do where a controller starts and ends instances.
 *
 * @param joining that do not run yet
 * @param leaving that are drained and end; the highest ordinals
 * @param target all that run afterwards
 * @param difference of what the controller is told, in lines
 */
public record ReplicaPlan(
    Replicas now,
    List<Instance> joining,
    List<Instance> leaving,
    List<Instance> target,
    List<String> difference) {}
