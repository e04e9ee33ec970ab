/** Servers, round robin, the wait queue and leases. */
@NullMarked
package org.pgdeeplake.proxy.backend;

import org.jspecify.annotations.NullMarked;
