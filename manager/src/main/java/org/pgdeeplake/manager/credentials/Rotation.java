package org.pgdeeplake.manager.credentials;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pgdeeplake.manager.credentials.RotationResult.Ending;
import org.pgdeeplake.manager.credentials.RotationResult.Of;
import org.pgdeeplake.manager.credentials.RotationResult.Outcome;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.StartCredentials;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * New credentials on all instances that run, or on none. First each of them gets ready without a
 * change; only when all are, all change; if one fails, all go back. For one use.
 */
public final class Rotation implements AutoCloseable {
  /** A step has a few answers and reloads in it, each with the limit of an answer. */
  private static final int ANSWERS_OF_A_STEP = 6;

  private final Deployment deployment;
  private final PostgresAccess access;
  private final Duration limit;
  private final Consumer<String> progress;
  private final BooleanSupplier unwanted;
  private final StartRotation start;
  private final Map<Instance, InstanceRotation> running = new LinkedHashMap<>();
  private final Map<Instance, Of> results = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * @param start where instances that start later take them from, which changes with the others
   * @param unwanted the user has changed their mind; looked at between the steps
   */
  public Rotation(
      Deployment deployment,
      Optional<StartCredentials> start,
      PostgresAccess access,
      Consumer<String> progress,
      BooleanSupplier unwanted) {
    this.deployment = deployment;
    this.access = access;
    this.limit = access.timeout().multipliedBy(ANSWERS_OF_A_STEP);
    this.progress = progress;
    this.unwanted = unwanted;
    this.start = new StartRotation(start, notes);
  }

  /**
   * @param skipStopped instances that do not run are left out instead of making it fail
   * @throws org.pgdeeplake.manager.deployment.Locked another is at work; nothing was changed
   */
  public RotationResult rotate(Credentials credentials, boolean skipStopped)
      throws DeploymentFailed, InterruptedException {
    if (!begin(skipStopped)) {
      return result(Ending.NOTHING_CHANGED);
    }
    start.prepare(credentials);
    try {
      return change(credentials);
    } catch (RuntimeException | InterruptedException e) {
      var _ = start.rollBack();
      ask(InstanceRotation::rollBack);
      throw e;
    }
  }

  /** What {@link #rotate} would find; changes nothing. */
  public RotationResult examine(Credentials credentials, boolean skipStopped)
      throws DeploymentFailed, InterruptedException {
    boolean begun =
        begin(skipStopped) && all("looking at the instances", InstanceRotation::requireUsable);
    if (begun) {
      start.prepare(credentials);
      start.tellPlan();
    }
    running.keySet().forEach(instance -> note(instance, Outcome.WOULD_BE_ROTATED));
    return result(begun ? Ending.WOULD_ROTATE : Ending.NOTHING_CHANGED);
  }

  private RotationResult change(Credentials credentials)
      throws DeploymentFailed, InterruptedException {
    if (!all("writing the new credentials aside", one -> one.prepare(credentials))) {
      rollBack(Outcome.UNCHANGED, Outcome.FAILED, "its log may be silent until the next rotation");
      return result(Ending.NOTHING_CHANGED);
    }
    if (!all("switching to the new credentials", InstanceRotation::change) || !start.change()) {
      boolean all = start.rollBack();
      all &= rollBack(Outcome.ROLLED_BACK, Outcome.UNKNOWN, "it could not be taken back");
      return result(all ? Ending.ROLLED_BACK : Ending.INCONSISTENT);
    }
    running.keySet().forEach(instance -> note(instance, Outcome.ROTATED));
    boolean finished = finish();
    start.tell();
    warnOfThoseThatStarted();
    return result(finished ? Ending.ROTATED : Ending.ROTATED_WITH_PROBLEMS);
  }

  /** Sessions with all that run, and the lock of each. False: one does not let us. */
  private boolean begin(boolean skipStopped) throws DeploymentFailed, InterruptedException {
    List<Instance> up = new ArrayList<>();
    boolean all = true;
    for (Instance instance : deployment.instances()) {
      InstanceState state = deployment.state(instance);
      results.put(instance, new Of(instance, Outcome.UNCHANGED, ""));
      if (state.mayAnswer()) {
        up.add(instance);
      } else {
        Outcome outcome = skipStopped ? Outcome.SKIPPED : Outcome.FAILED;
        results.put(instance, new Of(instance, outcome, Fingerprint.words(state)));
        all &= skipStopped;
      }
    }
    if (!all) {
      return false;
    }
    progress.accept("connecting to the instances");
    for (Answer<InstanceRotation> answer :
        Fleet.ask(
            up,
            limit,
            instance ->
                InstanceRotation.open(instance, access, deployment.credentialsFile(instance)))) {
      switch (answer) {
        case Answer.Given<InstanceRotation> given -> running.put(given.instance(), given.value());
        case Answer.Failed<InstanceRotation> failed -> {
          fail(failed.instance(), failed.reason());
          all = false;
        }
      }
    }
    return all && lock() && all("looking at the instances", this::noteLeftovers);
  }

  /** In the order of the ordinals: of two at once, the one that has the first gets all. */
  private boolean lock() throws DeploymentFailed {
    for (InstanceRotation one :
        running.values().stream()
            .sorted(Comparator.comparingInt(rotation -> rotation.instance().ordinal()))
            .toList()) {
      try {
        one.lock();
      } catch (java.sql.SQLException e) {
        fail(one.instance(), PostgresAccess.reason(e));
        return false;
      }
    }
    return true;
  }

  private void noteLeftovers(InstanceRotation one) throws Exception {
    String leftovers = one.leftovers();
    if (!leftovers.isEmpty()) {
      synchronized (notes) {
        notes.add(
            "%s: %s; until now it had %s"
                .formatted(one.instance().name(), leftovers, one.held().brief()));
      }
    }
  }

  /** One step of all that run, side by side. */
  private interface Step {
    void on(InstanceRotation one) throws Exception;
  }

  private boolean all(String what, Step step) throws InterruptedException {
    progress.accept(what);
    boolean all = true;
    for (Answer<Boolean> answer : ask(step)) {
      if (answer instanceof Answer.Failed<Boolean> failed) {
        fail(failed.instance(), failed.reason());
        all = false;
      }
    }
    if (all && unwanted.getAsBoolean()) {
      notes.add("ended by a signal");
      return false;
    }
    return all;
  }

  private List<Answer<Boolean>> ask(Step step) throws InterruptedException {
    return Fleet.ask(
        List.copyOf(running.keySet()),
        limit,
        instance -> {
          step.on(Objects.requireNonNull(running.get(instance)));
          return true;
        });
  }

  private boolean finish() throws InterruptedException {
    progress.accept("removing the old credentials");
    boolean all = true;
    for (Answer<Boolean> answer : ask(InstanceRotation::finish)) {
      if (answer instanceof Answer.Failed<Boolean> failed) {
        all = false;
        results.put(
            failed.instance(),
            new Of(
                failed.instance(),
                Outcome.ROTATED,
                "its log may still be silent, and the old credentials aside: "
                    + failed.reason()
                    + "; rotate once more"));
      }
    }
    return all;
  }

  /**
   * False: not all could be taken back.
   *
   * @param done of those that could, unless they are what failed
   * @param failed of those that could not
   */
  private boolean rollBack(Outcome done, Outcome failed, String problem)
      throws InterruptedException {
    progress.accept("taking everything back");
    boolean all = true;
    for (Answer<Boolean> answer : ask(InstanceRotation::rollBack)) {
      Instance instance = answer.instance();
      if (answer instanceof Answer.Failed<Boolean> failure) {
        all = false;
        String first = Objects.requireNonNull(results.get(instance)).reason();
        String reason = problem + ": " + failure.reason();
        results.put(
            instance,
            new Of(instance, failed, first.isEmpty() ? reason : first + "; and " + reason));
      } else {
        note(instance, done);
      }
    }
    return all;
  }

  private void warnOfThoseThatStarted() throws DeploymentFailed {
    for (Of one : results.values()) {
      if (one.outcome() == Outcome.SKIPPED && deployment.state(one.instance()).mayAnswer()) {
        notes.add(one.instance().name() + " started in the meantime: rotate once more");
      }
    }
    // An autoscaler may have been at work.
    for (Instance instance : deployment.instances()) {
      if (!results.containsKey(instance) && deployment.state(instance).mayAnswer()) {
        notes.add(instance.name() + " is new: rotate once more, in case it started before");
      }
    }
  }

  private void fail(Instance instance, String reason) {
    results.put(instance, new Of(instance, Outcome.FAILED, reason));
  }

  private void note(Instance instance, Outcome outcome) {
    results.computeIfPresent(
        instance,
        (_, was) -> was.outcome() == Outcome.UNCHANGED ? new Of(instance, outcome, "") : was);
  }

  private RotationResult result(Ending ending) {
    return new RotationResult(ending, List.copyOf(results.values()), List.copyOf(notes));
  }

  @Override
  public void close() {
    running.values().forEach(InstanceRotation::close);
  }
}
