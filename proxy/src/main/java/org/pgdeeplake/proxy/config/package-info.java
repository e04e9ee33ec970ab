/** HOCON to validated records: every problem at once, each with its place in the file. */
@NullMarked
package org.pgdeeplake.proxy.config;

import org.jspecify.annotations.NullMarked;
