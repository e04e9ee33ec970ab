package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be run, and how patiently.
 *
 * @param force whatever the guard says, also several statements
 * @param patience with whoever has the lock; null: not at all
 * @param propagation until the other instances show it; null: they are not looked at
 */
public record DdlRequest(
    String sql,
    String database,
    boolean force,
    @Nullable Duration patience,
    @Nullable Duration propagation) {

  public static final Duration PROPAGATION = Duration.ofSeconds(60);
}
