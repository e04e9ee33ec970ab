package org.pgdeeplake.proxy.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.demand.Load;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.peers.Members.Change;

// Rule: a replica counts with its last word until it says goodbye or has been silent for ttl, and
// of two who want something of a server the later one is heard, in whatever order they come.
class MembersTest {
  private static final Duration TTL = Duration.ofSeconds(30);
  private static final String PG = "pg_backends";
  private static final ServerName S1 = new ServerName(PG, "pg-deeplake-1");

  private final Members members = new Members();

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static PeerState state(String id, long sequence, int sessions, Map<ServerName, Wish> w) {
    return new PeerState(
        id,
        "pod",
        sequence,
        false,
        Map.of(PG, new Load(0, 0, sessions, sessions == 0 ? Map.of() : Map.of("s", sessions))),
        Map.of(S1, sessions),
        w);
  }

  private Change heard(String id, long sequence, int sessions, int port, long second) {
    return members.heard(
        state(id, sequence, sessions, Map.of()), at(port), Duration.ofSeconds(second).toNanos());
  }

  private Change expire(long second) {
    return members.expire(TTL, Duration.ofSeconds(second).toNanos());
  }

  @Test
  void theSumIsOfAll() {
    assertThat(heard("a", 1, 2, 1, 0)).isEqualTo(Change.DEMAND);
    assertThat(heard("b", 1, 3, 2, 0)).isEqualTo(Change.DEMAND);
    assertThat(heard("b", 2, 3, 2, 0)).as("the same again").isEqualTo(Change.NOTHING);
    assertThat(members.load(PG).demand()).isEqualTo(5);
    assertThat(members.load(PG).busy()).isEqualTo(5);
    assertThat(members.load("other")).isEqualTo(Load.NONE);
    assertThat(members.sessions(S1)).isEqualTo(5);
  }

  @Test
  void aSilentOneCountsUntilTtl() {
    var _ = heard("a", 1, 2, 1, 0);
    members.lost("a", "the test", TTL);
    assertThat(expire(29)).isEqualTo(Change.NOTHING);
    assertThat(members.load(PG).demand()).isEqualTo(2);
    assertThat(members.now()).allMatch(member -> !member.up());
    assertThat(expire(30)).isEqualTo(Change.DEMAND);
    assertThat(members.now()).isEmpty();
    assertThat(members.load(PG)).isEqualTo(Load.NONE);
    assertThat(members.forgotten()).isEqualTo(1);
  }

  @Test
  void oneThatIsHeardAgainIsItself() {
    var _ = heard("a", 1, 2, 1, 0);
    members.lost("a", "the test", TTL);
    var _ = heard("a", 2, 1, 1, 20);
    assertThat(expire(31)).isEqualTo(Change.NOTHING);
    assertThat(members.load(PG).demand()).isEqualTo(1);
  }

  @Test
  void anOldStateIsNotHeard() {
    var _ = heard("a", 5, 2, 1, 0);
    assertThat(heard("a", 4, 9, 1, 1)).isEqualTo(Change.NOTHING);
    assertThat(members.load(PG).demand()).isEqualTo(2);
  }

  @Test
  void goodbyeIsAtOnce() {
    var _ = heard("a", 1, 2, 1, 0);
    PeerState bye = new PeerState("a", "pod", 2, true, Map.of(), Map.of(), Map.of());
    assertThat(members.heard(bye, at(1), 0)).isEqualTo(Change.DEMAND);
    assertThat(members.now()).isEmpty();
    assertThat(members.forgotten()).isZero();
  }

  @Test
  void anotherProcessAtTheAddressTakesThePlaceOfASilentOne() {
    var _ = heard("a", 1, 2, 1, 0);
    var _ = heard("b", 1, 3, 2, 0);
    members.lost("a", "the test", TTL);
    var _ = heard("c", 1, 0, 1, 1);
    assertThat(members.now()).extracting(member -> member.last().id()).containsOnly("b", "c");
  }

  @Test
  void thereIsALimit() {
    for (int i = 0; i < PeersConfig.MAX + 3; i++) {
      var _ = heard("id" + i, 1, 1, 1000 + i, 0);
    }
    assertThat(members.now()).hasSize(PeersConfig.MAX);
  }

  @Test
  void aServerIsEmptyWhenAllKnowOfItsDrainAndHaveNoSession() {
    Wish drain = new Wish(AdministrativeState.DRAIN, 10, "self");
    var _ = heard("a", 1, 0, 1, 0);
    assertThat(members.empty(S1, drain)).as("it may take one yet").isFalse();
    var _ = members.heard(state("a", 2, 1, Map.of(S1, drain)), at(1), 0);
    assertThat(members.empty(S1, drain)).as("it has one").isFalse();
    var _ = members.heard(state("a", 3, 0, Map.of(S1, drain)), at(1), 0);
    assertThat(members.empty(S1, drain)).isTrue();
    assertThat(members.empty(new ServerName(PG, "unknown to it"), drain)).isTrue();
  }

  @Test
  void theLaterWordWins() {
    AtomicLong micros = new AtomicLong(100);
    try (Scene scene = new Scene()) {
      Topology.Place place = new Topology.Place(scene.backend, scene.server(1));
      Wishes wishes = new Wishes("me", micros::get, server -> 0);
      wishes.say(place, AdministrativeState.DRAIN, false);
      assertThat(wishes.of(S1)).isEqualTo(new Wish(AdministrativeState.DRAIN, 100, "me"));

      assertThat(wishes.adopt(place, new Wish(AdministrativeState.READY, 99, "zz"))).isFalse();
      assertThat(wishes.adopt(place, new Wish(AdministrativeState.READY, 100, "aa"))).isFalse();
      assertThat(scene.server(1).administrative()).isEqualTo(AdministrativeState.DRAIN);
      assertThat(wishes.adopt(place, new Wish(AdministrativeState.READY, 100, "zz"))).isTrue();
      assertThat(scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);

      assertThat(wishes.adopt(place, new Wish(AdministrativeState.MAINT, 5000, "zz"))).isTrue();
      wishes.say(place, AdministrativeState.READY, false);
      assertThat(wishes.of(S1))
          .as("who knows the other's word is later, by whatever clock")
          .isEqualTo(new Wish(AdministrativeState.READY, 5001, "me"));
      assertThat(scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
    }
  }

  @Test
  void aDrainUntilDownEndsForAllAndForWhoComesLater() {
    AtomicLong micros = new AtomicLong(100);
    try (Scene scene = new Scene()) {
      Topology.Place place = new Topology.Place(scene.backend, scene.server(1));
      Wishes wishes = new Wishes("me", micros::get, server -> 0);
      Wish drain = new Wish(AdministrativeState.DRAIN, true, 100, "aa");
      assertThat(wishes.ended(place)).as("what never began here").isFalse();
      assertThat(wishes.adopt(place, drain)).as("it was not checked yet").isTrue();
      scene.up(1);
      assertThat(scene.server(1).drainsUntilDown()).isTrue();
      assertThat(wishes.ended(place)).isFalse();
      for (int i = 0; i < scene.backend.config().check().fall(); i++) {
        scene.checked(1, CheckResult.Status.L4CON, "refused");
      }
      assertThat(scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
      assertThat(wishes.ended(place)).isTrue();
      assertThat(wishes.of(S1)).isEqualTo(new Wish(AdministrativeState.READY, 101, "me"));
    }
  }
}
