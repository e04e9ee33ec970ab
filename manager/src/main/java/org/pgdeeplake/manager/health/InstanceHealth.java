package org.pgdeeplake.manager.health;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * An instance, examined.
 *
 * @param facts null: it did not answer
 * @param databases null: there was no time for all of them
 * @param troubles empty: it is healthy
 */
public record InstanceHealth(
    Instance instance,
    @Nullable Facts facts,
    @Nullable List<Database> databases,
    List<Trouble> troubles) {

  /**
   * What it says of itself.
   *
   * @param settings the GUCs by name, those that are not set with ""; never deeplake.creds
   * @param available the version of pg_deeplake that can be had; null: none
   * @param extension the version that is installed in the database of the check; null: none
   */
  public record Facts(
      String version,
      long uptimeSeconds,
      Map<String, String> settings,
      @Nullable String available,
      @Nullable String extension,
      List<Sessions> sessions) {}

  /** Client sessions that have these in common. */
  public record Sessions(String database, String user, String state, long count) {}

  /**
   * A database that takes sessions.
   *
   * @param extension the version of pg_deeplake in it; null: none
   * @param tables without the system's
   * @param deeplakeTables of those, USING deeplake
   */
  public record Database(
      String name, @Nullable String extension, long tables, long deeplakeTables) {}

  public boolean healthy() {
    return troubles.isEmpty();
  }
}
