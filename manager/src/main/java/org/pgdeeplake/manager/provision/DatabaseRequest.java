package org.pgdeeplake.manager.provision;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * A database that every instance is to have.
 *
 * @param owner null: the manager's role
 * @param template null: PostgreSQL's default, template1
 * @param ifNotExists one that exists is as good as a new one
 */
public record DatabaseRequest(
    String name, @Nullable String owner, @Nullable String template, boolean ifNotExists) {
  /** NAMEDATALEN - 1: PostgreSQL would cut a longer name off. */
  private static final int LONGEST_NAME = 63;

  /**
   * @throws Refused PostgreSQL would not take the name, or would take it for another
   */
  public void requireValid() throws Refused {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > LONGEST_NAME || name.indexOf('\0') >= 0) {
      throw new Refused(
          "'%s' is no name for a database: 1 to %d bytes, this one has %d"
              .formatted(name, LONGEST_NAME, bytes));
    }
    if (name.equals("template0") || name.equals("template1")) {
      throw new Refused(name + " is PostgreSQL's own template and exists everywhere");
    }
  }
}
