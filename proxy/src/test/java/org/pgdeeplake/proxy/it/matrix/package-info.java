/**
 * Every client against every mode of the proxy: what must happen ({@link
 * org.pgdeeplake.proxy.it.matrix.Oracle}), what does, and the document that shows it.
 */
@NullMarked
package org.pgdeeplake.proxy.it.matrix;

import org.jspecify.annotations.NullMarked;
