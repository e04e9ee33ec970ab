package org.pgdeeplake.manager.proxy;

import org.jspecify.annotations.Nullable;

/** A start of instances that clients waited for; seconds since it began, null: not yet. */
public record Wake(
    String backend,
    String began,
    String outcome,
    long waiters,
    @Nullable Double serverUpSeconds,
    @Nullable Double firstSessionSeconds,
    @Nullable Double firstRowSeconds) {}
