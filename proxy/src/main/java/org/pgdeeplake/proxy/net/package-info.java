/** The transport, the event loops and how a channel ends, with TLS and without. */
@NullMarked
package org.pgdeeplake.proxy.net;

import org.jspecify.annotations.NullMarked;
