package org.pgdeeplake.proxy.backend;

/**
 * How long a server or a backend has been up and down, seen in one moment.
 *
 * @param secondsSinceChange since it came up or went down; a server also since an operator last
 *     said what it is to be
 * @param downSeconds in all
 * @param timesDown changes from up to down
 */
public record Uptime(double secondsSinceChange, double downSeconds, long timesDown) {}
