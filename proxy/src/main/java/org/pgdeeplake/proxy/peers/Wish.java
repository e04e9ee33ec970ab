package org.pgdeeplake.proxy.peers;

import org.pgdeeplake.proxy.backend.AdministrativeState;

/**
 * What somebody wanted of a server.
 *
 * @param version microseconds since 1970 by the clock of the replica that was told, but always
 *     later than what it knew before
 * @param by the instance that was told
 */
record Wish(AdministrativeState state, long version, String by) {
  /** Whether it is the last word of the two; the same one is not later than itself. */
  boolean laterThan(Wish other) {
    return version != other.version ? version > other.version : by.compareTo(other.by) > 0;
  }
}
