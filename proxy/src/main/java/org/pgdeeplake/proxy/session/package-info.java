/** One client's life, a class for each state. */
@NullMarked
package org.pgdeeplake.proxy.session;

import org.jspecify.annotations.NullMarked;
