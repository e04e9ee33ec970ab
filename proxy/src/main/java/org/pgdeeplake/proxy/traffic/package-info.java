/** Counters of what went through a frontend, a backend or a server. */
@NullMarked
package org.pgdeeplake.proxy.traffic;

import org.jspecify.annotations.NullMarked;
