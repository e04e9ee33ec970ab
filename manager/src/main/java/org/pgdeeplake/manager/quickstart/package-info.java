/** The parts of the one-command start: ports, the proxy's configuration and its process. */
@NullMarked
package org.pgdeeplake.manager.quickstart;

import org.jspecify.annotations.NullMarked;
