/**
 * The other proxies in front of the same servers: what each tells, and what they do for another.
 */
@NullMarked
package org.pgdeeplake.proxy.peers;

import org.jspecify.annotations.NullMarked;
