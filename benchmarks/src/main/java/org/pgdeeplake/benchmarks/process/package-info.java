/** Programs that are started for a run: found, accounted for and ended. */
@NullMarked
package org.pgdeeplake.benchmarks.process;

import org.jspecify.annotations.NullMarked;
