package org.pgdeeplake.proxy.it.matrix;

import java.time.Duration;

/**
 * What happened in a cell.
 *
 * @param queued sessions that entered the proxy's queue
 */
record Seen(Outcome outcome, long queued, Duration took) {}
