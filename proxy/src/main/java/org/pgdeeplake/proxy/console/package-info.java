/** A console for DBAs: psql and drivers speak to it in PostgreSQL's protocol. */
@NullMarked
package org.pgdeeplake.proxy.console;

import org.jspecify.annotations.NullMarked;
