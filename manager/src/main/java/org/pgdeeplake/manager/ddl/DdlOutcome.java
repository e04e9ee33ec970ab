package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.sql.Script;

/**
 * What became of statements of which at least one is done, or may be.
 *
 * @param done how many of the script's parts
 * @param failure why the next one was not done; null: all are
 * @param unknown the next one may be done all the same
 * @param warnings in the order in which they came up
 * @param lockHeld from begin to end; false: others may have run DDL meanwhile
 */
public record DdlOutcome(
    Script script,
    int done,
    @Nullable String failure,
    boolean unknown,
    String database,
    Instance instance,
    Duration took,
    List<String> warnings,
    Propagated propagated,
    CacheState cache,
    boolean lockHeld) {

  /**
   * @param keys that were removed; empty: there is no cache, or it failed
   * @param failure null: none
   */
  public record CacheState(OptionalLong keys, @Nullable String failure) {}

  public DdlOutcome {
    warnings = List.copyOf(warnings);
  }

  /** All statements are done, every running instance shows them, and the cache is fresh. */
  public boolean complete() {
    return failure == null && lockHeld && cache.failure() == null && propagated.complete();
  }

  /** For people, of what is done: the one statement, or how many. */
  public String what() {
    return script.parts().size() == 1
        ? script.parts().getFirst().statement().command()
        : done + " of " + script.parts().size() + " statements";
  }
}
