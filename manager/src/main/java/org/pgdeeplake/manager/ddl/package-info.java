/** DDL on one instance, one at a time, until the others have it. */
@NullMarked
package org.pgdeeplake.manager.ddl;

import org.jspecify.annotations.NullMarked;
