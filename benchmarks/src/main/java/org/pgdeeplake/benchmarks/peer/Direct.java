package org.pgdeeplake.benchmarks.peer;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Nothing in between: what the others cost is seen against it. */
public record Direct() implements Peer {
  @Override
  public String name() {
    return "direct";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    return "–";
  }

  @Override
  public String settings() {
    return "clients connect to the server itself";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.RELAY);
  }

  @Override
  public RunningPeer start(Setup setup) {
    return new RunningPeer(this, setup.serverPort(), Optional.empty(), OptionalInt.empty());
  }
}
