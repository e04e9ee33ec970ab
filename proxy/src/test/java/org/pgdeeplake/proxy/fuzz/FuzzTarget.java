package org.pgdeeplake.proxy.fuzz;

/**
 * Something of the proxy that reads what strangers send. One thread at a time; to be closed when no
 * more is checked.
 */
public interface FuzzTarget extends AutoCloseable {
  /**
   * Returns where the invariant holds for these bytes; whatever is thrown is a finding.
   *
   * @param input belongs to the caller; the same bytes give the same outcome, whatever came before
   */
  void check(byte[] input) throws Exception;

  /** Most of them hold nothing. */
  @Override
  default void close() {}
}
