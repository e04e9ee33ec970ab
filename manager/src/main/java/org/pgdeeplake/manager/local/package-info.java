/**
 * The deployment without Docker: PostgreSQL as processes of this machine, data kept in one
 * directory.
 */
@NullMarked
package org.pgdeeplake.manager.local;

import org.jspecify.annotations.NullMarked;
