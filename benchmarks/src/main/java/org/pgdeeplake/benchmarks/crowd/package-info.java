/**
 * Crowds at one proxy: as many sessions as it can hold, waiters of a wake, a million who pass by.
 */
@NullMarked
package org.pgdeeplake.benchmarks.crowd;

import org.jspecify.annotations.NullMarked;
