package org.pgdeeplake.manager.scale;

import java.util.List;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * What {@code scale} has to do, in this order.
 *
 * @param defined those the proxy knows now
 * @param start that do not run or do not exist yet
 * @param renew that get another image, one after the other
 * @param stop that shall not run, and stay
 * @param remove that go for good
 * @param target those the proxy knows afterwards
 */
public record ScalePlan(
    List<Instance> defined,
    List<Instance> start,
    List<Instance> renew,
    List<Instance> stop,
    List<Instance> remove,
    List<Instance> target,
    Optional<String> image,
    List<String> difference) {

  /** New to the proxy, or not running: a manager that was killed may have started some already. */
  List<Instance> joining() {
    return target.stream()
        .filter(instance -> start.contains(instance) || !defined.contains(instance))
        .filter(instance -> !stop.contains(instance))
        .toList();
  }

  /** The same, but starting these only. */
  ScalePlan starting(List<Instance> only) {
    return new ScalePlan(defined, only, renew, stop, remove, target, image, difference);
  }

  public boolean changesNothing() {
    return start.isEmpty()
        && renew.isEmpty()
        && stop.isEmpty()
        && remove.isEmpty()
        && difference.isEmpty();
  }
}
