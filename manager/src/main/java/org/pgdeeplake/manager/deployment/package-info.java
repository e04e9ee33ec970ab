/** What every deployment has in common: its instances, what runs, and how it fails. */
@NullMarked
package org.pgdeeplake.manager.deployment;

import org.jspecify.annotations.NullMarked;
