package org.pgdeeplake.manager.proxy;

/** What wants an instance now; {@code demand} 0: everything may sleep. */
public record CurrentDemand(
    long demand,
    long waiting,
    long lingering,
    long busy,
    long inTransaction,
    long idle,
    long opaque,
    double oldestWaiterSeconds,
    long serversUp) {}
