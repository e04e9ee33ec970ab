/** What is measured: one file each. */
@NullMarked
package org.pgdeeplake.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;
