/** The dashboard and the alerts of {@code monitoring/}, with a real Prometheus and a real run. */
@NullMarked
package org.pgdeeplake.proxy.it.monitoring;

import org.jspecify.annotations.NullMarked;
