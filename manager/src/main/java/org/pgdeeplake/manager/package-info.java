/** The command line for the deployment around the proxy. */
@NullMarked
package org.pgdeeplake.manager;

import org.jspecify.annotations.NullMarked;
