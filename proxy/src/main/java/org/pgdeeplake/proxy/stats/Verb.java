package org.pgdeeplake.proxy.stats;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the page can do. */
public enum Verb {
  READY("Ready"),
  DRAIN("Drain"),
  MAINT("Maint"),
  /** HAProxy's word for closing the sessions of a server. */
  SHUTDOWN("Close sessions"),
  CLOSE("Close"),
  PAUSE("Pause"),
  RESUME("Resume"),
  WAKE("Wake"),
  RELOAD("Reload configuration");

  /** What HAProxy before 1.6 called them, and still understands. */
  private static final Map<String, Verb> OLD =
      Map.of("enable", READY, "disable", MAINT, "start", READY, "stop", DRAIN);

  /** HAProxy's actions on health checks and agents, which nothing here can do. */
  private static final Set<String> FOREIGN =
      Set.of("dhlth", "ehlth", "hrunn", "hnolb", "hdown", "dagent", "eagent", "arunn", "adown");

  private final String title;

  Verb(String title) {
    this.title = title;
  }

  static Optional<Verb> of(String word) {
    for (Verb verb : values()) {
      if (verb.word().equals(word)) {
        return Optional.of(verb);
      }
    }
    return Optional.ofNullable(OLD.get(word));
  }

  static boolean foreign(String word) {
    return FOREIGN.contains(word);
  }

  /** As in forms. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As on a button. */
  String title() {
    return title;
  }

  boolean ofServers() {
    return this == READY || this == DRAIN || this == MAINT || this == SHUTDOWN;
  }

  boolean ofBackend() {
    return ofServers() || this == PAUSE || this == RESUME;
  }
}
