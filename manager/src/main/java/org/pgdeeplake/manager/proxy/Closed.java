package org.pgdeeplake.manager.proxy;

/** How many sessions were closed. */
public record Closed(long closed) {}
