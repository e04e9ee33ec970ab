/** The real PostgreSQL behind the peers, and its programs as clients. */
@NullMarked
package org.pgdeeplake.benchmarks.postgres;

import org.jspecify.annotations.NullMarked;
