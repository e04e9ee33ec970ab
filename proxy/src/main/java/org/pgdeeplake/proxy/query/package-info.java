/** As much of PromQL as triggers of autoscalers use. Knows no HTTP and no metric. */
@NullMarked
package org.pgdeeplake.proxy.query;

import org.jspecify.annotations.NullMarked;
