package org.pgdeeplake.manager.provision;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.sql.Identifiers;

/**
 * A database that every instance is to have.
 *
 * @param owner null: the manager's role
 * @param template null: PostgreSQL's default, template1
 * @param ifNotExists one that exists is as good as a new one
 */
public record DatabaseRequest(
    String name, @Nullable String owner, @Nullable String template, boolean ifNotExists) {
  /**
   * @throws Refused PostgreSQL would not take one of the names, or would take it for another
   */
  public void requireValid() throws Refused {
    try {
      Identifiers.requireDatabaseName(name);
      if (owner != null) {
        Identifiers.requireName(owner, "owner");
      }
      if (template != null) {
        Identifiers.requireName(template, "template");
      }
    } catch (IllegalArgumentException e) {
      throw new Refused(e.getMessage() + "; a name has 1 to 63 bytes");
    }
    if (name.equals("template0") || name.equals("template1")) {
      throw new Refused(name + " is PostgreSQL's own template and exists everywhere");
    }
  }
}
