package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Guests, churners and faults at one proxy process for a long time, and what becomes of it. */
final class Soak {
  private final SoakPlan plan;
  private final Consumer<SoakSample> tell;
  private volatile boolean ended;

  /**
   * What came of it.
   *
   * @param took how long there was load
   * @param before the process before the load
   * @param after the process after it
   * @param faults how often each kind was done
   * @param allowed how often guests failed as they may, by fault and SQLSTATE
   * @param lost writes that were acknowledged and are not there, or not whole
   * @param violations what must not have happened, without growth
   */
  record Outcome(
      Duration took,
      List<SoakSample> samples,
      Rest before,
      Rest after,
      Map<Kind, Integer> faults,
      Map<Churn, Long> churned,
      int sessions,
      int writes,
      Map<String, Integer> allowed,
      Set<String> lost,
      List<String> violations) {
    SoakVerdict verdict() {
      return SoakVerdict.of(samples);
    }

    boolean good() {
      return lost.isEmpty() && violations.isEmpty() && verdict().grown().isEmpty();
    }
  }

  /**
   * @param tell gets each sample at once, on a thread of its own
   */
  Soak(SoakPlan plan, Consumer<SoakSample> tell) {
    this.plan = plan;
    this.tell = tell;
  }

  /** Ends it with the fault that is going on. Any thread. */
  void end() {
    ended = true;
  }

  /**
   * @param directory for configuration and certificates
   */
  Outcome play(Path directory) throws IOException, SQLException, InterruptedException {
    try (Stage stage =
        new Stage(directory, plan.story().has(Kind.CLOCK_JUMPS), plan.environment())) {
      long process = stage.proxy().pid();
      openAllThatIsOpenedOnce(stage);
      Rest before = Rest.before(stage);
      Load load = new Load(stage);
      play(stage, load);
      load.close();
      Rest after = Rest.after(stage, before);
      if (stage.proxy().pid() != process) {
        stage.checker().violation("it was another process at the end");
      }
      stage.complaints().forEach(line -> stage.checker().violation("the proxy says: " + line));
      return load.outcome(before, after);
    }
  }

  /** Files of classes, a random source and the like. */
  private void openAllThatIsOpenedOnce(Stage stage) throws IOException {
    for (boolean tls : List.of(false, true)) {
      if (!new Visit("first-" + tls, new Random(plan.seed()), stage).run(tls)) {
        throw new IOException("not even the first session goes well");
      }
    }
    for (Churn churn : Churn.values()) {
      churn.come(stage, new Random(plan.seed()));
    }
  }

  private void play(Stage stage, Load load) throws SQLException, InterruptedException {
    Injector injector = new Injector(stage);
    Iterator<Fault> story = plan.story().faults().iterator();
    FaultRun.awaitAll(load.guests);
    while (!ended && load.took().compareTo(plan.length()) < 0) {
      Fault fault = story.next();
      stage.checker().begins(fault);
      FaultRun.inject(stage, injector, fault);
      stage.checker().healed();
      FaultRun.awaitAll(load.guests);
      load.done(fault);
    }
  }

  /** Who is there, and who looks on. */
  private final class Load implements AutoCloseable {
    private final Stage stage;
    private final long begin = System.nanoTime();
    private final List<Guest> guests = new ArrayList<>();
    private final Churners churners;
    private final Sampler sampler;
    private final Map<Kind, Integer> faults = new TreeMap<>();
    private volatile int done;
    private Duration took = Duration.ZERO;

    private Load(Stage stage) {
      this.stage = stage;
      for (int number = 0; number < plan.guests(); number++) {
        guests.add(new Guest(number, plan.seed(), stage));
      }
      churners = new Churners(stage, plan.seed());
      sampler = new Sampler(stage, plan.every(), this::withTotals, tell);
    }

    private void done(Fault fault) {
      faults.merge(fault.kind(), 1, Integer::sum);
      done = fault.number();
    }

    private Duration took() {
      return Duration.ofNanos(System.nanoTime() - begin);
    }

    private int sessions() {
      return guests.stream().mapToInt(Guest::whole).sum();
    }

    private SoakSample withTotals(SoakSample sample) {
      return sample
          .with(Quantity.VISITS, sessions())
          .with(Quantity.CHURNED, (double) churners.came())
          .with(Quantity.WRITES, stage.ledger().writes())
          .with(Quantity.FAULTS, done);
    }

    @Override
    public void close() {
      took = took();
      sampler.close();
      churners.close();
      guests.forEach(Guest::close);
    }

    private Outcome outcome(Rest before, Rest after) throws SQLException {
      return new Outcome(
          took,
          sampler.samples(),
          before,
          after,
          faults,
          churners.byKind(),
          sessions(),
          stage.ledger().writes(),
          stage.checker().allowed(),
          stage.ledger().lost(),
          stage.checker().violations());
    }
  }
}
