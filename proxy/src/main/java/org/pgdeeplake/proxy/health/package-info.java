/** Checks that find servers up or down. */
@NullMarked
package org.pgdeeplake.proxy.health;

import org.jspecify.annotations.NullMarked;
