/** The page that an operator looks at: what it shows, and what its forms do. It knows no HTTP. */
@NullMarked
package org.pgdeeplake.proxy.stats;

import org.jspecify.annotations.NullMarked;
