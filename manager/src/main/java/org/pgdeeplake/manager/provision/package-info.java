/** Databases, which pg_deeplake's catalog in S3 does not carry from one instance to the others. */
@NullMarked
package org.pgdeeplake.manager.provision;

import org.jspecify.annotations.NullMarked;
