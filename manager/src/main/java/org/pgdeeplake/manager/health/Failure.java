package org.pgdeeplake.manager.health;

import java.util.Locale;

/** What is wrong with an instance, in one word. The words are an API. */
public enum Failure {
  UNREACHABLE("it does not run, or PostgreSQL does not answer"),
  EXTENSION("pg_deeplake is not installed in POSTGRES_DB"),
  STATELESS("deeplake.stateless_enabled is not on"),
  ROOT_PATH("deeplake.root_path is empty"),
  CATALOG("s3:// path: the catalog cannot be read"),
  DIRECTORY("local path: there is no such directory"),
  SILENT("it logs FATAL messages only: rotate-creds was cut off; rotate once more");

  private final String meaning;

  Failure(String meaning) {
    this.meaning = meaning;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String meaning() {
    return meaning;
  }
}
