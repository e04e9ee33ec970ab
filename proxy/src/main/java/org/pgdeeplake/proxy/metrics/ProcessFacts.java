package org.pgdeeplake.proxy.metrics;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What the process knows of itself.
 *
 * @param threads event loops
 * @param stopping whether the orderly end has begun
 * @param failedResolutions names that could not be resolved since the start
 */
public record ProcessFacts(int threads, BooleanSupplier stopping, LongSupplier failedResolutions) {}
