/** The commands: parse, call, print. */
@NullMarked
package org.pgdeeplake.manager.command;

import org.jspecify.annotations.NullMarked;
