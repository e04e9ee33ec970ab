/** Changing the number of instances without a client noticing. */
@NullMarked
package org.pgdeeplake.manager.scale;

import org.jspecify.annotations.NullMarked;
