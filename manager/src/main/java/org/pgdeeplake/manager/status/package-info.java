/** Whether the deployment is as it should be: instances, proxy and cache at a glance. */
@NullMarked
package org.pgdeeplake.manager.status;

import org.jspecify.annotations.NullMarked;
