/** What was built: versions. */
@NullMarked
package org.pgdeeplake.manager.build;

import org.jspecify.annotations.NullMarked;
