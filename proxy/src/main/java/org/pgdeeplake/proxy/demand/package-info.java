/** What wants an instance; every view of it reads here. */
@NullMarked
package org.pgdeeplake.proxy.demand;

import org.jspecify.annotations.NullMarked;
