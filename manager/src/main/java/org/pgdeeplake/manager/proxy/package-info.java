/** One proxy's admin API, {@code /api/v1}: what it tells and what it does when told. */
@NullMarked
package org.pgdeeplake.manager.proxy;

import org.jspecify.annotations.NullMarked;
