package org.pgdeeplake.manager.proxy;

/** The end has begun, with so many sessions. */
public record Stopping(boolean stopping, long sessions) {}
