package org.pgdeeplake.manager.proxy;

import java.util.Locale;

/** What an operator wants of a server. */
public enum Administration {
  READY,
  /** No new sessions. */
  DRAIN,
  /** As DRAIN; its sessions are closed, and it is not checked. */
  MAINT;

  /** As the API writes it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
