/** What is measured side by side: how each is configured and started. */
@NullMarked
package org.pgdeeplake.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
