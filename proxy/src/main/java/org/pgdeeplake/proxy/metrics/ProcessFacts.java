package org.pgdeeplake.proxy.metrics;

import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What the process knows of itself.
 *
 * @param threads event loops
 * @param transport that is in use, which need not be the one that was asked for
 * @param places sessions at once that the process has room for
 * @param stopping whether the orderly end has begun
 * @param failedResolutions names that could not be resolved since the start
 */
public record ProcessFacts(
    int threads,
    String transport,
    IntSupplier places,
    BooleanSupplier stopping,
    LongSupplier failedResolutions) {}
