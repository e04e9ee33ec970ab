package org.pgdeeplake.manager.cache;

/**
 * What costs nothing to know; of a cluster the sum of its primaries.
 *
 * @param maxMemoryBytes 0: without limit
 * @param keys all of them, whosoever
 */
public record CacheGlance(long usedMemoryBytes, long maxMemoryBytes, long keys) {}
