/** What a person or a program at the other end of the streams gets to see. */
@NullMarked
package org.pgdeeplake.manager.terminal;

import org.jspecify.annotations.NullMarked;
