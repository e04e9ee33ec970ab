package org.pgdeeplake.manager.demand;

/** Called on the stream's thread; must not block. */
public interface DemandListener {

  /** A line came: the demand as it is now, changed or not. */
  void demand(Demand demand);

  /** Nobody knows the demand until the next line; called once for each loss and each new reason. */
  void unknown(String reason);
}
