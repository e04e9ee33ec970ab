/** Moving bytes between the two ends of a session. */
@NullMarked
package org.pgdeeplake.proxy.relay;

import org.jspecify.annotations.NullMarked;
