package org.pgdeeplake.manager.proxy;

/** After a wake; {@code counts} false: demand.linger is 0, and it was nothing. */
public record Woken(boolean counts, long demand) {}
