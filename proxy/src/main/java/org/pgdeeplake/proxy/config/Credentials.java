package org.pgdeeplake.proxy.config;

/** Who may change things, and how that is known. */
public record Credentials(String user, Secret password) {

  /** Both are always compared, so the time tells nobody which one is wrong. */
  public boolean accept(String user, String password) {
    boolean known = new Secret(this.user).matches(user);
    boolean right = this.password.matches(password);
    return known && right;
  }
}
