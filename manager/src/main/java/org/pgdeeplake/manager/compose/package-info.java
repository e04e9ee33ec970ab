/** The deployment of docker-compose.yml. */
@NullMarked
package org.pgdeeplake.manager.compose;

import org.jspecify.annotations.NullMarked;
