/** HTTP for operators, probes and scalers. */
@NullMarked
package org.pgdeeplake.proxy.admin;

import org.jspecify.annotations.NullMarked;
