/** What a reader gets: raw samples, tables and plots. */
@NullMarked
package org.pgdeeplake.benchmarks.report;

import org.jspecify.annotations.NullMarked;
