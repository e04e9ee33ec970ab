package org.pgdeeplake.proxy.peers;

import org.pgdeeplake.proxy.backend.AdministrativeState;

/**
 * What somebody wanted of a server.
 *
 * @param untilDown of a drain: the server is READY as soon as it has gone down
 * @param version microseconds since 1970 by the clock of the replica that was told, but always
 *     later than what it knew before
 * @param by the instance that was told
 */
record Wish(AdministrativeState state, boolean untilDown, long version, String by) {

  Wish(AdministrativeState state, long version, String by) {
    this(state, false, version, by);
  }

  /** Whether it is the last word of the two; the same one is not later than itself. */
  boolean laterThan(Wish other) {
    return version != other.version ? version > other.version : by.compareTo(other.by) > 0;
  }
}
