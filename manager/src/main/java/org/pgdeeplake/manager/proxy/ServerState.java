package org.pgdeeplake.manager.proxy;

/** A server after an order. */
public record ServerState(
    String backend,
    String server,
    String administrative,
    String status,
    long sessions,
    boolean empty) {}
