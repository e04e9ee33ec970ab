/** The instances' second-level cache in Redis: its figures, and its flush. */
@NullMarked
package org.pgdeeplake.manager.cache;

import org.jspecify.annotations.NullMarked;
