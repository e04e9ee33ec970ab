/** The proxy as its users see it: real PostgreSQL, real clients, real sockets. */
@NullMarked
package org.pgdeeplake.proxy.it;

import org.jspecify.annotations.NullMarked;
