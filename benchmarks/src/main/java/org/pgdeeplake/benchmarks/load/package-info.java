/**
 * What loads the peers and what answers behind them: processes of their own, the same for every
 * peer.
 */
@NullMarked
package org.pgdeeplake.benchmarks.load;

import org.jspecify.annotations.NullMarked;
