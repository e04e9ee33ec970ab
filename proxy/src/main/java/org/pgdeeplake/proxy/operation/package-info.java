/** What operators see and do; the page, the API and the console are its three faces. */
@NullMarked
package org.pgdeeplake.proxy.operation;

import org.jspecify.annotations.NullMarked;
