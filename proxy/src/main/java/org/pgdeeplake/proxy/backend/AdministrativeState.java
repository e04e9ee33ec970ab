package org.pgdeeplake.proxy.backend;

import java.util.Locale;

/**
 * What an operator wants of a server, whatever its checks say (HAProxy: management guide, {@code
 * set server state}).
 */
public enum AdministrativeState {
  READY,
  /** It takes no new sessions and keeps those it has; its checks go on. */
  DRAIN,
  /** It takes no new sessions, those it has are closed with 57P01, and it is not checked. */
  MAINT;

  /** As it is written in requests and answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
