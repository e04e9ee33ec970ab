/**
 * The proxy among faults: a story of them that follows from a seed, clients that live through it,
 * and a checker that knows what each was told. Run by bin/faults.
 */
@NullMarked
package org.pgdeeplake.proxy.faults;

import org.jspecify.annotations.NullMarked;
