/** TLS with clients and with servers: certificates, contexts, handshakes. */
@NullMarked
package org.pgdeeplake.proxy.tls;

import org.jspecify.annotations.NullMarked;
