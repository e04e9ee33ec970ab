package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * The steps on one instance. Each is verified, and until {@link #finish} has begun {@link
 * #rollBack} undoes whatever was done. One thread at a time.
 */
final class InstanceRotation implements AutoCloseable {
  /** How far it has come, for the way back. */
  private enum Step {
    NONE,
    /** Only {@code .new} may be there. */
    STAGED,
    /** {@code .old} is what is in force, behind the line that silences. */
    MUTED,
    /** {@code .new} is in force. */
    CHANGED
  }

  private static final Duration POLL = Duration.ofMillis(10);

  /** Of the {@code Rotation}'s limit of a step, the part that a rollback waits for the lock. */
  private static final int ANSWERS_OF_THE_LOCK = 3;

  private static final String LOADED_SINCE =
      "SELECT pg_conf_load_time() >= CAST(? AS timestamptz), (" + Fingerprint.OF_SESSION + ")";

  /** A setting that needs a restart is an error, too; but others make PostgreSQL apply nothing. */
  private static final String ANY_APPLIED = "SELECT bool_or(applied) FROM pg_file_settings";

  /** Without the value, which may be a secret. */
  private static final String FIRST_ERROR =
      """
      SELECT format('%s:%s: %s', sourcefile, sourceline, concat_ws(' ', error, name))
      FROM pg_file_settings WHERE error IS NOT NULL ORDER BY seqno LIMIT 1
      """;

  private static final String APPLIED =
      "SELECT applied FROM pg_file_settings WHERE sourcefile = ? AND name = ?";

  private final Instance instance;
  private final PostgresAccess access;
  private final ServerFiles files;
  private QuietSession session;
  private int backend;
  private Mute mute = Mute.LEVEL;
  private Step reached = Step.NONE;
  private @Nullable Fingerprint before;
  private @Nullable Fingerprint expected;

  private InstanceRotation(
      Instance instance, PostgresAccess access, ServerFiles files, QuietSession session)
      throws SQLException {
    this.backend = session.backend();
    this.instance = instance;
    this.access = access;
    this.files = files;
    this.session = session;
  }

  static InstanceRotation open(Instance instance, PostgresAccess access, String file)
      throws SQLException {
    return new InstanceRotation(
        instance,
        access,
        new ServerFiles(file),
        QuietSession.open(access, instance, access.timeout()));
  }

  Instance instance() {
    return instance;
  }

  /** Keeps other rotations away from this instance until {@link #close}. */
  void lock() throws SQLException, DeploymentFailed {
    session.lock();
  }

  /** What an earlier rotation that was cut off left; "" if there is nothing. */
  String leftovers() throws SQLException {
    if (files.exists(session, ServerFiles.OLD)) {
      return "an earlier rotation was cut off in the middle";
    }
    return files.exists(session, ServerFiles.NEW) || files.exists(session, ServerFiles.TEMPORARY)
        ? "an earlier rotation was cut off before it changed anything"
        : "";
  }

  /** Changes nothing. */
  void requireUsable() throws SQLException, DeploymentFailed {
    files.requireUsable(session);
    if (!session.ask(ANY_APPLIED).equals("t")) {
      throw new DeploymentFailed(
          "its configuration cannot be reloaded: " + session.ask(FIRST_ERROR));
    }
  }

  Fingerprint held() throws SQLException {
    return Fingerprint.ofNewSession(access, instance);
  }

  /** The new file lies aside, and the server's log is silent. What is in force stays. */
  void prepare(Credentials credentials)
      throws SQLException, DeploymentFailed, InterruptedException {
    requireUsable();
    reached = Step.STAGED;
    expected = new Fingerprint(session.ask(Fingerprint.OF_PARAMETER, credentials.json()));
    files.stage(session, credentials.configuration());
    files.keep(session);
    reached = Step.MUTED;
    for (Mute candidate : Mute.values()) {
      mute = candidate;
      files.putMuted(session, ServerFiles.OLD, candidate);
      if (isSilent(candidate)) {
        before = reload();
        return;
      }
    }
    throw new DeploymentFailed(
        "its log would show the credentials: log_min_messages and log_destination are both set"
            + " after the credentials file is included, or as options of the server; remove one");
  }

  private boolean isSilent(Mute candidate) throws SQLException, DeploymentFailed {
    String applied = session.ask(APPLIED, files.path(), candidate.parameter());
    if (applied.isEmpty()) {
      throw new DeploymentFailed(
          "its configuration does not read %1$s: it needs the line include_if_exists = '%1$s'"
              .formatted(files.path()));
    }
    return applied.equals("t")
        && !candidate.isBeatenBy(session.ask("SELECT pg_read_file('postmaster.opts')"));
  }

  /** The new credentials are in force, for new sessions and for those that are there. */
  void change() throws SQLException, DeploymentFailed, InterruptedException {
    reached = Step.CHANGED;
    files.putMuted(session, ServerFiles.NEW, mute);
    require(expected, reload());
  }

  /** The file loses the line that silences the log, and nothing is left aside. */
  void finish() throws SQLException, DeploymentFailed, InterruptedException {
    files.put(session, ServerFiles.NEW);
    require(expected, reload());
    files.remove(session, ServerFiles.NEW, ServerFiles.OLD, ServerFiles.TEMPORARY);
  }

  /** What was in force is so again; nothing to do before {@link #prepare}. */
  void rollBack() throws SQLException, DeploymentFailed, InterruptedException {
    if (reached == Step.NONE) {
      return;
    }
    if (!session.isOpen()) {
      int lost = backend;
      session.close();
      session = QuietSession.open(access, instance, access.timeout());
      backend = session.backend();
      session.lockAfter(lost, access.timeout().multipliedBy(ANSWERS_OF_THE_LOCK));
    }
    if (reached == Step.CHANGED) {
      files.putMuted(session, ServerFiles.OLD, mute);
      require(before, reload());
    }
    if (reached != Step.STAGED) {
      files.put(session, ServerFiles.OLD);
      Fingerprint held = reload();
      require(before == null ? held : before, held);
    }
    files.remove(session, ServerFiles.NEW, ServerFiles.TEMPORARY);
    reached = Step.NONE;
  }

  private static void require(@Nullable Fingerprint wanted, Fingerprint held)
      throws DeploymentFailed {
    if (!held.equals(wanted)) {
      throw new DeploymentFailed(
          "after the reload a new session has other credentials (%s): deeplake.creds is set"
                  .formatted(held.brief())
              + " elsewhere, too (later in the configuration, or by ALTER ROLE, DATABASE or SYSTEM)");
    }
  }

  /** Has the files read anew and tells what a session has that began after that. */
  private Fingerprint reload() throws SQLException, DeploymentFailed, InterruptedException {
    String asked = session.ask("SELECT CAST(clock_timestamp() AS text)");
    session.execute("SELECT pg_reload_conf()");
    long deadline = System.nanoTime() + access.timeout().toNanos();
    while (true) {
      Optional<Fingerprint> held = heldSince(asked);
      if (held.isPresent()) {
        return held.get();
      }
      if (System.nanoTime() - deadline > 0) {
        String error = session.ask(FIRST_ERROR);
        throw new DeploymentFailed(
            "it did not reload its configuration within %d s%s"
                .formatted(access.timeout().toSeconds(), error.isEmpty() ? "" : ": " + error));
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** A new session begins with what the postmaster has; a later reload would be another's. */
  private Optional<Fingerprint> heldSince(String asked) throws SQLException {
    try (Connection connection = access.open(instance, QuietSession.DATABASE);
        PreparedStatement query = connection.prepareStatement(LOADED_SINCE)) {
      query.setString(1, asked);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getBoolean(1)
            ? Optional.of(new Fingerprint(rows.getString(2)))
            : Optional.empty();
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
