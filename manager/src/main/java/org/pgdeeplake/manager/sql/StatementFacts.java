package org.pgdeeplake.manager.sql;

import java.util.List;

/**
 * What can be known of a statement without asking a server.
 *
 * @param text the statement alone, without the semicolon and what stands around it: this is what to
 *     send, since a driver may split another text differently
 * @param command what it does, as PostgreSQL names it: {@code CREATE TABLE AS}
 * @param mustRunAlone it fails inside of a transaction block: {@code VACUUM}, {@code CREATE INDEX
 *     CONCURRENTLY}; true also where it depends on what the server finds
 * @param writesData it reads rows and writes them elsewhere, so it takes its time
 * @param comparable a {@link CatalogSnapshot} can show its effect; it may still have none
 * @param instanceOnly it changes what PostgreSQL keeps per instance, outside of any database
 * @param staysHere it makes a heap table or a view, which pg_deeplake does not take to other
 *     instances; unless the server makes deeplake tables by default
 * @param warnings for the operator, before it runs; one sentence each
 */
public record StatementFacts(
    String text,
    String command,
    boolean mustRunAlone,
    boolean writesData,
    boolean comparable,
    boolean instanceOnly,
    boolean staysHere,
    List<String> warnings) {

  public StatementFacts {
    warnings = List.copyOf(warnings);
  }

  static StatementFacts of(SqlStatement statement) {
    Command command = Command.of(statement);
    return new StatementFacts(
        statement.text(),
        command.name(),
        TransactionRule.mustRunAlone(command),
        command.writesData(),
        command.comparable(),
        command.instanceOnly(),
        command.staysHere(),
        Warnings.of(command));
  }
}
