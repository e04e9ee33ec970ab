/** Starts instances while there is demand and stops them after a time without. */
@NullMarked
package org.pgdeeplake.manager.idle;

import org.jspecify.annotations.NullMarked;
