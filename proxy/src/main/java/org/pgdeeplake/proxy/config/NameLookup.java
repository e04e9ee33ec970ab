package org.pgdeeplake.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the name in an address is resolved.
 *
 * @param nameserver of literal address; null: the system's
 * @param interval for which an answer does at least while nobody waits, and after which "there is
 *     no such name" must have been said again to be believed of a name that has had an address
 */
public record NameLookup(@Nullable HostPort nameserver, Duration interval) {
  /** The system's name servers; answers do for their own time. */
  public static final NameLookup SYSTEM = new NameLookup(null, Duration.ZERO);
}
