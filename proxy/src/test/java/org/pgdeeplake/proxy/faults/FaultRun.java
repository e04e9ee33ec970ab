package org.pgdeeplake.proxy.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;

/** A story played to its end. */
final class FaultRun {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Story story;
  private final int guestCount;
  private final Consumer<String> tell;
  private volatile Report report;

  /**
   * What came of it.
   *
   * @param sessions that went as planned
   * @param lost writes that were acknowledged and are not there, or not whole
   * @param allowed how often clients failed as they may, by fault and SQLSTATE
   * @param violations what must not have happened
   */
  record Outcome(
      int sessions,
      int writes,
      Set<String> lost,
      Map<String, Integer> allowed,
      List<String> violations) {
    boolean good() {
      return lost.isEmpty() && violations.isEmpty();
    }
  }

  /**
   * @param guestCount how many clients come at once, every other one with TLS
   * @param tell gets a line for each fault
   */
  FaultRun(Story story, int guestCount, Consumer<String> tell) {
    this.story = story;
    this.guestCount = guestCount;
    this.tell = tell;
    this.report = new Report(story, 0, false, new Outcome(0, 0, Set.of(), Map.of(), List.of()));
  }

  /**
   * @param directory for configuration and certificates
   */
  Outcome play(Path directory) throws IOException, SQLException, InterruptedException {
    try (Stage stage = new Stage(directory, story.has(Kind.CLOCK_JUMPS), Map.of())) {
      List<Guest> guests = new ArrayList<>();
      for (int number = 0; number < guestCount; number++) {
        guests.add(new Guest(number, story.seed(), stage));
      }
      awaitAll(guests);
      Injector injector = new Injector(stage);
      for (Fault fault : story.faults()) {
        int before = stage.checker().violations().size();
        stage.checker().begins(fault);
        inject(stage, injector, fault);
        stage.checker().healed();
        awaitAll(guests);
        report = new Report(story, fault.number(), false, outcome(stage, guests, Set.of()));
        boolean survived = stage.checker().violations().size() == before;
        tell.accept(fault + (survived ? "  survived" : "  NOT SURVIVED"));
      }
      guests.forEach(Guest::close);
      awaitEmpty(stage);
      stage.complaints().forEach(line -> stage.checker().violation("the proxy says: " + line));
      Outcome outcome = outcome(stage, guests, stage.ledger().lost());
      report = new Report(story, story.faults().size(), true, outcome);
      return outcome;
    }
  }

  /** What is known so far: up to the last fault that is over. Any thread. */
  Report report() {
    return report;
  }

  static void inject(Stage stage, Injector injector, Fault fault)
      throws SQLException, InterruptedException {
    try {
      injector.inject(fault);
    } catch (IOException | UncheckedIOException e) {
      stage.checker().violation("one who does harm met harm: " + e);
    }
  }

  private static void awaitEmpty(Stage stage) {
    try {
      await().atMost(LIMIT).until(() -> stage.figures().left() == 0);
    } catch (ConditionTimeoutException e) {
      stage.checker().violation("without clients the proxy still counts " + stage.figures().left());
    }
  }

  private static Outcome outcome(Stage stage, List<Guest> guests, Set<String> lost) {
    return new Outcome(
        guests.stream().mapToInt(Guest::whole).sum(),
        stage.ledger().writes(),
        lost,
        stage.checker().allowed(),
        stage.checker().violations());
  }

  /** Each has one more whole session. */
  static void awaitAll(List<Guest> guests) {
    int[] before = guests.stream().mapToInt(Guest::whole).toArray();
    for (int i = 0; i < before.length; i++) {
      guests.get(i).awaitMoreThan(before[i]);
    }
  }
}
