/** Listening, accepting and the live sessions. */
@NullMarked
package org.pgdeeplake.proxy.frontend;

import org.jspecify.annotations.NullMarked;
