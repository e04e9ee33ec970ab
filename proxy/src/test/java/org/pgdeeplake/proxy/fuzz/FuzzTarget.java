package org.pgdeeplake.proxy.fuzz;

/** Something of the proxy that reads what strangers send. One thread at a time. */
public interface FuzzTarget {
  /**
   * Returns where the invariant holds for these bytes; whatever is thrown is a finding.
   *
   * @param input belongs to the caller; the same bytes give the same outcome
   */
  void check(byte[] input) throws Exception;
}
