package org.pgdeeplake.manager.proxy;

/** A frontend; {@code limit} is of its sessions. */
public record Frontend(
    String name,
    String bind,
    boolean listening,
    String backend,
    String mode,
    String tls,
    long sessions,
    long limit,
    long sessionsTotal,
    long denied) {}
