package org.pgdeeplake.manager.cache;

import java.util.List;

/**
 * What {@code cache-stats} shows.
 *
 * @param prefix of the keys that are counted apart
 * @param total the sum; of a single server its figures
 * @param nodes a cluster's primaries, or the one server
 */
public record CacheStats(String prefix, CacheFigures total, List<CacheFigures> nodes) {}
