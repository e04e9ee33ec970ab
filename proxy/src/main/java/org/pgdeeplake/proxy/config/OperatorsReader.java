package org.pgdeeplake.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.ScramVerifier;

/** The keys of what operators use: the admin port, the console and the log. */
final class OperatorsReader {
  private static final String PASSWORD = "password";
  private static final String USER = "user";
  private static final String SECRET = "secret";
  private static final int MIN_SECRET = 16;
  private static final int LOST_INTERVALS = 3;

  private final Listeners listeners;

  OperatorsReader(Listeners listeners) {
    this.listeners = listeners;
  }

  AdminConfig admin(Section section) {
    HostPort bind = section.address(FrontendReader.BIND, 0, "127.0.0.1:8404");
    AdminConfig admin = new AdminConfig(bind, stats(section.section("stats")));
    listeners.add("admin", section, bind);
    section.refuseOtherKeys();
    return admin;
  }

  private static @Nullable Credentials stats(Section section) {
    String user = section.optionalText(USER);
    String password = section.optionalText(PASSWORD);
    section.refuseOtherKeys();
    if (user.isEmpty() != password.isEmpty()) {
      String missing = user.isEmpty() ? USER : PASSWORD;
      String given = user.isEmpty() ? PASSWORD : USER;
      boolean written = !section.where(missing).place().isReference();
      section.problem(
          written ? missing : given,
          "there is a "
              + given
              + " but no "
              + missing
              + "; set both, or none for no stats page and no changes");
    } else if (user.contains(":")) {
      section.problem(USER, "basic authentication allows no colon in a user's name");
    }
    return user.isEmpty() || password.isEmpty()
        ? null
        : new Credentials(user, new Secret(password));
  }

  @Nullable ConsoleConfig console(Section section) {
    String user = section.text(USER, "pgproxy");
    String password = section.optionalText(PASSWORD);
    boolean off = section.optionalText(FrontendReader.BIND).isEmpty();
    HostPort bind =
        off
            ? new HostPort("localhost", 0)
            : section.address(FrontendReader.BIND, 0, "127.0.0.1:6432");
    section.refuseOtherKeys();
    if (off) {
      return null;
    }
    if (password.isEmpty()) {
      boolean written = !section.where(PASSWORD).place().isReference();
      section.problem(
          written ? PASSWORD : FrontendReader.BIND,
          "the console needs a password; set console.password, or bind = \"\"");
    } else {
      try {
        var _ = ScramVerifier.of(password);
      } catch (IllegalArgumentException e) {
        section.problem(PASSWORD, String.valueOf(e.getMessage()));
      }
    }
    listeners.add("console", section, bind);
    return new ConsoleConfig(bind, new Credentials(user, new Secret(password)));
  }

  static PeersConfig peers(Section section) {
    String dns = section.optionalText("dns").strip();
    int port = section.number("port", 0, 65535);
    String secret = section.optionalText(SECRET);
    Duration interval = section.duration("interval");
    Duration ttl = section.duration("ttl");
    section.refuseOtherKeys();
    if (!dns.isEmpty()) {
      try {
        var _ = PeersConfig.targets(dns, port);
      } catch (BadValue e) {
        section.problem("dns", e.getMessage());
      }
      checkSecret(section, secret);
    }
    if (section.good("interval")
        && section.good("ttl")
        && interval.multipliedBy(LOST_INTERVALS).compareTo(ttl) > 0) {
      section.problem(
          "ttl", "must be at least " + LOST_INTERVALS + " times interval: lines may come late");
    }
    return new PeersConfig(dns, port, secret.isEmpty() ? null : new Secret(secret), interval, ttl);
  }

  private static void checkSecret(Section section, String secret) {
    if (secret.isEmpty()) {
      boolean written = !section.where(SECRET).place().isReference();
      section.problem(
          written ? SECRET : "dns",
          "peers need a secret, the same on all; set PG_PROXY_PEERS_SECRET or peers.secret");
    } else if (secret.length() < MIN_SECRET) {
      section.problem(
          SECRET,
          "is shorter than %d characters; openssl rand -hex 32 makes one".formatted(MIN_SECRET));
    }
  }

  static LogConfig log(Section section) {
    LogConfig log =
        new LogConfig(
            section.choiceInAnyCase("level", LogConfig.Level.class),
            section.choice("format", LogConfig.Format.class),
            section.flag("sessions"));
    section.refuseOtherKeys();
    return log;
  }
}
