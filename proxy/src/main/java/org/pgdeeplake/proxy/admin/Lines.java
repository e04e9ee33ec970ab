package org.pgdeeplake.proxy.admin;

/** What a stream's reader is told, a line at a time. On the event loop of its channel. */
interface Lines {
  /** The state of now, without the line's end. */
  String next();

  /**
   * A reader has come.
   *
   * @param changed to be called when there is something new, until {@link #closed}; on any thread
   * @param breakOff ends the stream
   */
  void opened(Runnable changed, Runnable breakOff);

  void closed(Runnable changed);

  /** The last line of a stream that ends in good order; empty: none. */
  default String last() {
    return "";
  }
}
