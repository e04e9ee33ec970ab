/** The one place that knows the metrics library. */
@NullMarked
package org.pgdeeplake.proxy.metrics;

import org.jspecify.annotations.NullMarked;
