package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.support.BackendSettings.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.BackendScene.Client;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.support.BackendSettings;
import org.pgdeeplake.proxy.support.LoggedLines;

// Rule: another configuration changes what comes, and takes nothing from who waits or is served.
class ReconfigureTest {

  private static final Duration SHORTER = Duration.ofSeconds(5);

  private static void servers(BackendScene scene, ServerConfig... servers) {
    scene.backend.reconfigure(new BackendSettings().servers(servers).config(), null);
  }

  @Test
  void whoIsAtTheOldAddressStaysWhenTheNewOneFalls() {
    BackendScene scene = new BackendScene(1).up();
    Client old = scene.enter();
    scene.backend.reconfigure(
        new BackendSettings().servers(server("s1", 9, 0)).closing().config(), null);
    scene.check(1, BackendScene.GOOD);
    Client here = scene.enter();

    scene.check(1, BackendScene.BAD);
    scene.check(1, BackendScene.BAD);

    assertThat(here.doomed).containsExactly(here.lease());
    assertThat(old.doomed).isEmpty();
  }

  @Test
  void thatTheLastActiveServerIsGoneIsSaid() {
    BackendScene scene = new BackendScene(2);
    scene.check(1, BackendScene.GOOD);
    try (LoggedLines log = new LoggedLines(Backend.class.getName())) {
      servers(scene, server("s1", 1, 0));
      assertThat(log.lines()).isEmpty();
      servers(scene, server("s2", 2, 0));
      assertThat(log.lines())
          .containsExactly("backend b has no server available; new sessions wait in its queue");
      servers(scene);
      assertThat(log.lines()).as("no news").hasSize(1);
    }
  }

  @Test
  void aServerOfTheSameNameIsTheSameServer() {
    BackendScene scene = new BackendScene(2).up();
    Client client = scene.enter();
    Server first = client.lease().server();
    scene.administer(2, AdministrativeState.DRAIN);
    Server second = scene.server(2);

    servers(scene, server("s2", 2, 5), server("s1", 1, 0));

    assertThat(scene.backend.servers()).containsExactly(second, first);
    assertThat(first.sessions()).isEqualTo(1);
    assertThat(first.up()).isTrue();
    assertThat(first.traffic().sessionsTotal()).isEqualTo(1);
    assertThat(second.administrative()).isEqualTo(AdministrativeState.DRAIN);
    assertThat(second.limit()).isEqualTo(5);
    client.lease().close();
    assertThat(scene.backend.assigned()).isZero();
  }

  @Test
  void checksThatFailedBeforeOtherLimitsDoNotCount() {
    BackendScene scene = new BackendScene(1).up();
    scene.check(1, BackendScene.BAD);
    scene.backend.reconfigure(new BackendSettings().servers(1, 0).fall(3).closing().config(), null);
    Client client = scene.enter();
    for (int i = 0; i < 3; i++) {
      assertThat(client.told).isZero();
      scene.check(1, BackendScene.BAD);
    }
    assertThat(scene.server(1).up()).isFalse();
    assertThat(client.told).as("told that its server is down").isOne();
  }

  @Test
  void aChosenServerCountsForTheBackendAlsoWhenItIsGone() {
    BackendScene scene = new BackendScene(2).up();
    scene.enter();
    scene.enter();
    servers(scene, server("s1", 1, 0));
    assertThat(scene.backend.leasesTotal()).isEqualTo(2);
  }

  @Test
  void aNewServerTakesNobodyBeforeItsFirstGoodCheckAndThenWhoWaits() {
    BackendScene scene = new BackendScene(1);
    Client waiting = scene.enter();

    servers(scene, server("s1", 1, 0), server("new", 9, 0));
    assertThat(waiting.served()).isFalse();

    scene.check(2, BackendScene.GOOD);
    assertThat(waiting.lease().server().name()).isEqualTo("new");
  }

  @Test
  void aRemovedServerKeepsItsSessionsAndTakesNobody() {
    BackendScene scene = new BackendScene(2).up();
    Client one = scene.enter();
    Client two = scene.enter();
    Server removed = two.lease().server();

    servers(scene, server("s1", 1, 0));

    assertThat(scene.backend.servers()).extracting(Server::name).containsExactly("s1");
    assertThat(removed.sessions()).isEqualTo(1);
    assertThat(scene.backend.assigned()).isEqualTo(2);
    BackendScene.checked(scene.backend, removed, BackendScene.GOOD);
    assertThat(scene.enter().lease().server().name()).isEqualTo("s1");
    assertThat(scene.enter().lease().server().name()).isEqualTo("s1");
    two.lease().close();
    one.lease().close();
    assertThat(removed.sessions()).isZero();
  }

  @Test
  void aServerThatComesBackHasTheSessionsThatItStillHadAndIsCheckedFirst() {
    BackendScene scene = new BackendScene(1).up();
    Server server = scene.enter().lease().server();
    servers(scene);
    servers(scene, server("s1", 1, 1));

    assertThat(scene.backend.servers()).containsExactly(server);
    Client waiting = scene.enter();
    scene.check(1, BackendScene.GOOD);
    assertThat(waiting.served()).as("its one place is taken").isFalse();

    servers(scene, server("s1", 1, 2));
    assertThat(waiting.served()).as("and now there is another").isTrue();
  }

  @Test
  void aServerAtAnotherAddressIsCheckedThereFirst() {
    BackendScene scene = new BackendScene(1).up();
    Client before = scene.enter();
    Server server = scene.server(1);
    int era = server.era();

    servers(scene, server("s1", 9, 0));
    Client client = scene.enter();
    assertThat(client.served()).isFalse();
    scene.backend.findings().checked(server, BackendScene.GOOD, era);
    assertThat(client.served()).as("by a check of the old address").isFalse();
    assertThat(scene.asked).contains(server);

    scene.check(1, BackendScene.GOOD);
    assertThat(client.lease().destination(false, new ProxyHeader.Local()).address().port())
        .isEqualTo(9);
    assertThat(before.lease().destination(false, new ProxyHeader.Local()).address().port())
        .as("of a session that is there, for its cancel requests")
        .isEqualTo(1);
    assertThat(server.uptime().timesDown()).isZero();
  }

  @Test
  void whatASessionFindsOutAtTheOldAddressSaysNothingAboutTheNewOne() {
    BackendScene scene = new BackendScene(1).up();
    Client connecting = scene.enter();
    servers(scene, server("s1", 9, 0));
    scene.check(1, BackendScene.GOOD);

    connecting.fail(Failure.Kind.NOT_READY);

    assertThat(scene.server(1).up()).isTrue();
    assertThat(connecting.served()).as("a server that has failed it is the last resort").isTrue();
  }

  @Test
  void whoWaitsKeepsItsPlaceWhateverTheLimitIs() {
    BackendScene scene = new BackendScene(1);
    List<Client> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(scene.enter());
    }

    scene.backend.reconfigure(
        new BackendSettings()
            .servers(1, 0)
            .queue(1, 0, 2)
            .timeouts(Duration.ofSeconds(1), SHORTER)
            .config(),
        null);

    assertThat(scene.backend.queued()).isEqualTo(3);
    scene.check(1, BackendScene.GOOD);
    assertThat(waiting).extracting(Client::served).containsExactly(true, true, false);
    assertThat(scene.backend.config().timeouts().queue()).isEqualTo(SHORTER);
  }

  @Test
  void withoutServersEverybodyWaits() {
    BackendScene scene = new BackendScene(1).up();
    servers(scene);
    assertThat(scene.backend.activeServers()).isZero();
    Client client = scene.enter();
    assertThat(client.served()).isFalse();
    servers(scene, server("s1", 1, 0));
    scene.check(1, BackendScene.GOOD);
    assertThat(client.served()).isTrue();
  }
}
