package org.pgdeeplake.proxy.console;

import java.security.SecureRandom;
import java.util.Set;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.postgres.ScramLogin;
import org.pgdeeplake.proxy.postgres.ScramVerifier;

/** Who may log in, and to what. Any thread; making one takes some milliseconds. */
final class Access {
  /** Ours, and the one under which those who know PgBouncer look for it. */
  static final Set<String> DATABASES = Set.of("pgproxy", "pgbouncer");

  private final Secret user;
  private final ScramVerifier verifier;

  /**
   * By chance, not off the password's keys: from the salt that an unknown user is shown, everybody
   * could then try passwords without asking here.
   */
  private final byte[] secret = new byte[32];

  private final LoginPace pace = new LoginPace();

  Access(Credentials credentials) {
    this.user = new Secret(credentials.user());
    this.verifier = ScramVerifier.of(credentials.password().value());
    new SecureRandom().nextBytes(secret);
  }

  ScramLogin begin(String name) {
    return ScramLogin.begin(verifier, user.matches(name), secret, name);
  }

  LoginPace pace() {
    return pace;
  }
}
