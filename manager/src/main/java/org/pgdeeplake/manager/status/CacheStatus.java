package org.pgdeeplake.manager.status;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheGlance;

/**
 * The cache, where one is configured.
 *
 * @param address without its password
 * @param glance null: it cannot be reached
 * @param reason why not
 */
public record CacheStatus(String address, @Nullable CacheGlance glance, String reason) {}
