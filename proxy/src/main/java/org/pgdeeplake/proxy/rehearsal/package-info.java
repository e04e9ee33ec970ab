/**
 * Sessions that the proxy has with itself before clients come, so that they do not pay for code
 * that has not been compiled yet. Nothing of it shows in what the proxy counts and logs.
 */
@NullMarked
package org.pgdeeplake.proxy.rehearsal;

import org.jspecify.annotations.NullMarked;
