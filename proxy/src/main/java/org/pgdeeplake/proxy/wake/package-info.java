/** From demand with no server up to the first row: how each start of an instance went. */
@NullMarked
package org.pgdeeplake.proxy.wake;

import org.jspecify.annotations.NullMarked;
