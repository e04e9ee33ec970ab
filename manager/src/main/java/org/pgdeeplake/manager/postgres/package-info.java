/** Sessions of the manager with the instances' PostgreSQL. */
@NullMarked
package org.pgdeeplake.manager.postgres;

import org.jspecify.annotations.NullMarked;
