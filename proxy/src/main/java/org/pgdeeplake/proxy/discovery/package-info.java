/** From a server's name to its address. */
@NullMarked
package org.pgdeeplake.proxy.discovery;

import org.jspecify.annotations.NullMarked;
