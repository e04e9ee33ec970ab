/** What the environment and {@code .env} say. */
@NullMarked
package org.pgdeeplake.manager.settings;

import org.jspecify.annotations.NullMarked;
