/**
 * From samples to what may be concluded: rounds, medians, ratios, verdicts, targets. Knows no
 * process.
 */
@NullMarked
package org.pgdeeplake.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
