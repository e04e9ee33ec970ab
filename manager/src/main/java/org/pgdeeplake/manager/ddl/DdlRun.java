package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.CacheFlush;
import org.pgdeeplake.manager.ddl.DdlOutcome.CacheState;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.Script;

/** The statements of one request, while the lock is held. One thread. */
final class DdlRun {
  private final PostgresAccess access;
  private final Instance instance;
  private final DdlRequest request;
  private final Script script;
  private final DdlLock lock;
  private final DdlListener listener;
  private final DdlStop stop;

  private int done;
  private @Nullable String failure;
  private boolean unknown;

  DdlRun(
      PostgresAccess access,
      Instance instance,
      DdlRequest request,
      Script script,
      DdlLock lock,
      DdlListener listener,
      DdlStop stop) {
    this.access = access;
    this.instance = instance;
    this.request = request;
    this.script = script;
    this.lock = lock;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * @throws DeploymentFailed none of them is done, for sure
   */
  DdlOutcome run(List<String> guardWarnings, ChangeWatch watch, CacheFlush cache)
      throws DeploymentFailed, InterruptedException {
    Duration took;
    try (DdlSession session = DdlSession.open(access, instance, request.database())) {
      watch.before(script);
      long began = System.nanoTime();
      executeAll(session);
      took = Duration.ofNanos(System.nanoTime() - began);
    }
    List<String> warnings = new ArrayList<>(guardWarnings);
    warnings.addAll(watch.warnings());
    Optional<String> lost = lock.lost();
    lost.ifPresent(why -> warnings.add(warned(why)));
    return new DdlOutcome(
        script,
        done,
        failure,
        unknown,
        request.database(),
        instance,
        took,
        warnings,
        propagated(watch),
        flush(cache),
        lost.isEmpty());
  }

  private Propagated propagated(ChangeWatch watch) throws InterruptedException {
    if (failure == null) {
      return watch.after();
    }
    return unknown ? watch.afterCrash() : Propagated.unknown("nobody looked after the failure");
  }

  private void executeAll(DdlSession session) throws DeploymentFailed {
    List<Script.Part> parts = script.parts();
    try {
      for (Script.Part part : parts) {
        requireGoOn();
        listener.step("%s on %s".formatted(part.statement().command(), instance.name()));
        session.execute(script, part, listener, stop);
        done++;
      }
      if (session.inTransaction()) {
        throw new DeploymentFailed(
            "a transaction was begun and not ended: what was done in it is undone");
      }
    } catch (DeploymentFailed e) {
      unknown = e instanceof OutcomeUnknown;
      boolean undone = session.inTransaction();
      failure = parts.size() == 1 ? String.valueOf(e.getMessage()) : named(e, undone);
      if (done == 0 && !unknown) {
        throw new DeploymentFailed(failure, e);
      }
    }
  }

  private void requireGoOn() throws DeploymentFailed {
    if (stop.requested()) {
      throw new DeploymentFailed("ended before it was run");
    }
    Optional<String> lost = lock.lost();
    if (lost.isPresent()) {
      throw new DeploymentFailed(
          "the lock for DDL on %s was lost (%s), so it was not run"
              .formatted(instance.name(), lost.get()));
    }
  }

  private String named(DeploymentFailed e, boolean undone) {
    int count = script.parts().size();
    if (done == count) {
      return String.valueOf(e.getMessage());
    }
    Script.Part part = script.parts().get(done);
    String others =
        "those before it %s, none behind it was run"
            .formatted(undone ? "were done in a transaction and are undone" : "are done");
    return "%s\nstatement %d of %d (line %d, %s) failed; %s"
        .formatted(
            e.getMessage(),
            done + 1,
            count,
            script.line(part),
            part.statement().command(),
            done == 0 ? "none was done" : others);
  }

  private String warned(String why) {
    String warning =
        "the lock for DDL was lost meanwhile (%s): others may have run DDL at the same time"
            .formatted(why);
    listener.say("WARNING:  " + warning);
    return warning;
  }

  private CacheState flush(CacheFlush cache) throws InterruptedException {
    listener.step("flushing the cache");
    try {
      return new CacheState(cache.flush(), null);
    } catch (DeploymentFailed e) {
      return new CacheState(OptionalLong.empty(), String.valueOf(e.getMessage()));
    }
  }
}
