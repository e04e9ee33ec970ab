package org.pgdeeplake.manager.ingest;

/**
 * Where an ingest goes.
 *
 * @param control to one and the same instance now and in later runs: the records are there
 * @param data carries the rows; may lead to any instance, but only to that of {@code control} when
 *     tables are not shared
 */
public record IngestTarget(String database, Connections control, Connections data, Ddl ddl) {}
