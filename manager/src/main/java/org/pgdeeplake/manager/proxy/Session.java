package org.pgdeeplake.manager.proxy;

import org.jspecify.annotations.Nullable;

/**
 * A live session; times in seconds. What PostgreSQL calls user, database and application is empty
 * where TLS hides it.
 */
public record Session(
    long id,
    String client,
    String backend,
    @Nullable String server,
    String user,
    String database,
    String application,
    String state,
    String activity,
    double ageSeconds,
    @Nullable Double waitedSeconds) {}
