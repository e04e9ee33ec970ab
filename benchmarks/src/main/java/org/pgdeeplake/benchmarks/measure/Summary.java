package org.pgdeeplake.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What samples say, by scenario, variant, metric and peer. */
public final class Summary {
  private final List<Sample> samples;

  public Summary(List<Sample> samples) {
    this.samples = List.copyOf(samples);
  }

  public List<String> scenarios() {
    SequencedSet<String> names = new LinkedHashSet<>();
    samples.forEach(s -> names.add(s.scenario()));
    return List.copyOf(names);
  }

  public List<String> variants(String scenario) {
    SequencedSet<String> names = new LinkedHashSet<>();
    select(s -> s.scenario().equals(scenario)).forEach(s -> names.add(s.variant()));
    return List.copyOf(names);
  }

  public List<Metric> metrics(String scenario, String variant) {
    SequencedSet<Metric> metrics = new LinkedHashSet<>();
    select(s -> s.scenario().equals(scenario) && s.variant().equals(variant))
        .forEach(s -> metrics.add(s.metric()));
    return List.copyOf(metrics);
  }

  /** By name, so that the order of the rounds does not show. */
  public List<String> peers(String scenario, String variant) {
    return select(s -> s.scenario().equals(scenario) && s.variant().equals(variant)).stream()
        .map(Sample::peer)
        .distinct()
        .sorted()
        .toList();
  }

  private List<Sample> select(Predicate<Sample> wanted) {
    return samples.stream().filter(wanted).toList();
  }

  private Map<Integer, Double> values(String scenario, String variant, String metric, String peer) {
    Map<Integer, Double> byRound = new TreeMap<>();
    for (Sample s : samples) {
      if (s.scenario().equals(scenario)
          && s.variant().equals(variant)
          && s.metric().name().equals(metric)
          && s.peer().equals(peer)) {
        byRound.put(s.round(), s.value());
      }
    }
    return byRound;
  }

  /** Empty if the peer has no samples of it. */
  public Optional<Spread> of(String scenario, String variant, String metric, String peer) {
    Map<Integer, Double> values = values(scenario, variant, metric, peer);
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(Spread.of(List.copyOf(values.values())));
  }

  /**
   * Of the ratios of the single rounds, so that what a round had in common falls out. Empty if
   * there is no round in which both have a value and the reference's is above 0.
   */
  public Optional<Spread> ratio(
      String scenario, String variant, String metric, String peer, String reference) {
    Map<Integer, Double> mine = values(scenario, variant, metric, peer);
    Map<Integer, Double> theirs = values(scenario, variant, metric, reference);
    List<Double> ratios = new ArrayList<>();
    mine.forEach((round, value) -> {
      Double other = theirs.get(round);
      if (other != null && other > 0) {
        ratios.add(value / other);
      }
    });
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }

  /** How many rounds the peer has samples of. */
  public int rounds(String scenario, String variant, String metric, String peer) {
    return values(scenario, variant, metric, peer).size();
  }
}
