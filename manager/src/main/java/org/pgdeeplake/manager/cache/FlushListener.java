package org.pgdeeplake.manager.cache;

/** Hears of a flush and can end it; called on the flushing thread after each batch. */
@FunctionalInterface
public interface FlushListener {
  /** So many keys are flushed by now; false ends it here. */
  boolean flushed(long keys);
}
