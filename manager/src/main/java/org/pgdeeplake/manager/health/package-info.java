/** Whether each instance can do its work, as docker/pg-deeplake/health-check.sh sees it inside. */
@NullMarked
package org.pgdeeplake.manager.health;

import org.jspecify.annotations.NullMarked;
