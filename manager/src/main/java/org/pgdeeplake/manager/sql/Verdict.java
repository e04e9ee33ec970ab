package org.pgdeeplake.manager.sql;

/** What {@link DdlGuard} says of a text. */
public sealed interface Verdict {

  /** One statement of the kinds that the guard lets through. */
  record Allowed(StatementFacts statement) implements Verdict {}

  /**
   * Not to be sent, unless somebody insists.
   *
   * @param reason in words for the operator: what, where, what would be right; several sentences
   *     never, several lines never
   */
  record Refused(String reason) implements Verdict {}
}
