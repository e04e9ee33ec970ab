/** Micro-benchmarks of what runs for each connection and for each read. */
@NullMarked
package org.pgdeeplake.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
