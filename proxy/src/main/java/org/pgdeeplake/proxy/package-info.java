/** Wiring: from a configuration file to a running proxy and back. */
@NullMarked
package org.pgdeeplake.proxy;

import org.jspecify.annotations.NullMarked;
