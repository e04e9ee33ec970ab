/** Any bytes, at every door: what must hold is said by each target, and a fuzzer looks for more. */
@NullMarked
package org.pgdeeplake.proxy.fuzz;

import org.jspecify.annotations.NullMarked;
