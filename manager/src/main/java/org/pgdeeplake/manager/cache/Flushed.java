package org.pgdeeplake.manager.cache;

/**
 * What a flush did.
 *
 * @param keys how many keys it removed
 * @param complete false: its listener ended it early
 */
public record Flushed(long keys, boolean complete) {}
