/** What the proxy says it needs: its demand stream. */
@NullMarked
package org.pgdeeplake.manager.demand;

import org.jspecify.annotations.NullMarked;
