/** The transport, the event loops and name resolution. */
@NullMarked
package org.pgdeeplake.proxy.net;

import org.jspecify.annotations.NullMarked;
