/** The instances' access to object storage: changed on all of them or on none. */
@NullMarked
package org.pgdeeplake.manager.credentials;

import org.jspecify.annotations.NullMarked;
