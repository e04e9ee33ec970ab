/** What is written to standard output: the lines, how they look, and what may not flood them. */
@NullMarked
package org.pgdeeplake.proxy.log;

import org.jspecify.annotations.NullMarked;
