/** The one place that knows the metrics library: Micrometer, and below it Prometheus' client. */
@NullMarked
package org.pgdeeplake.proxy.metrics;

import org.jspecify.annotations.NullMarked;
