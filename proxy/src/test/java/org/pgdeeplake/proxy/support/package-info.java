/** What the tests are made of: real PostgreSQL, a proxy in this process, clients, a leak gate. */
@NullMarked
package org.pgdeeplake.proxy.support;

import org.jspecify.annotations.NullMarked;
