package org.pgdeeplake.proxy.postgres;

/** Of a result. */
public record Column(String name, ColumnType type) {}
