/** PostgreSQL's wire facts: no sockets, no state. */
@NullMarked
package org.pgdeeplake.proxy.postgres;

import org.jspecify.annotations.NullMarked;
