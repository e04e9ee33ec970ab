/** What a text of SQL is, and what is in a database: reading only, and no sockets of its own. */
@NullMarked
package org.pgdeeplake.manager.sql;

import org.jspecify.annotations.NullMarked;
