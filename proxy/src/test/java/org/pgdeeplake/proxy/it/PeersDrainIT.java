package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a server that is drained on one replica is drained on all, until no replica has a session.
class PeersDrainIT extends PeersStage {
  @Test
  void aDrainOnOneHoldsOnAllAndWaitsForTheSessionsOfAll() throws IOException {
    try (Replicas replicas = new Replicas(3, first, second)) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      TestProxy three = replicas.start(3);
      replicas.awaitPeers(1, 2);
      replicas.awaitPeers(3, 2);
      two.operations().administer(TEST, two.server(2), AdministrativeState.DRAIN);
      await("on all").until(() -> states(2, one, two, three).equals("drain drain drain"));
      try (RawClient client = RawClient.session(two.address())) {
        assertThat(two.server(1).server().sessions()).as("it is on s1").isEqualTo(1);
        CompletableFuture<HttpResponse<String>> answer =
            CompletableFuture.supplyAsync(
                () -> replicas.ask(1, "POST", "/api/v1/servers/s1/drain?wait=30s"));
        await("on all").until(() -> states(1, one, two, three).equals("drain drain drain"));
        HttpResponse<String> notYet =
            replicas.ask(3, "POST", "/api/v1/servers/s1/drain?wait=400ms");
        assertThat(notYet.statusCode()).isEqualTo(504);
        assertThat(notYet.body())
            .contains("\"sessions\":0,\"sessionsElsewhere\":1,\"empty\":false");
        assertThat(answer).isNotDone();
        client.send(RawClient.terminate());
        assertThat(client.read()).isNull();
        HttpResponse<String> empty = answer.join();
        assertThat(empty.statusCode()).as(empty.body()).isEqualTo(200);
        assertThat(empty.body()).contains("\"empty\":true");
      }
      assertThat(replicas.ask(3, "POST", "/api/v1/servers/s1/ready").statusCode()).isEqualTo(200);
      await("on all").until(() -> states(1, one, two, three).equals("ready ready ready"));
    }
  }

  /** As the hook of a pod that ends asks for, of whichever replica it meets. */
  @Test
  void aDrainUntilDownEndsOnAllWhenTheServerGoes() throws IOException {
    try (TestPostgres leaving = TestPostgres.started();
        Replicas replicas = new Replicas(2, first, leaving)) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      replicas.awaitPeers(1, 1);
      replicas.awaitPeers(2, 1);
      HttpResponse<String> answer =
          replicas.ask(1, "POST", "/api/v1/servers/s2/drain?wait=10s&until=down");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(states(2, one, two)).isEqualTo("drain drain");
      leaving.stop();
      await("over on both").until(() -> states(2, one, two).equals("ready ready"));
      leaving.start();
      two.awaitUp(2);
      assertThat(states(2, one, two)).isEqualTo("ready ready");
    }
  }

  /** One that comes while a pod ends has not checked it yet, and sends nobody there. */
  @Test
  void aReplicaThatJoinsKeepsADrainUntilDown() throws IOException {
    try (Replicas replicas = new Replicas(2, first, second)) {
      TestProxy one = replicas.start(1);
      try (RawClient session = RawClient.session(one.address())) {
        String on = one.server(1).server().sessions() == 1 ? "s1" : "s2";
        int number = on.equals("s1") ? 1 : 2;
        CompletableFuture<HttpResponse<String>> hook =
            CompletableFuture.supplyAsync(() ->
                replicas.ask(1, "POST", "/api/v1/servers/" + on + "/drain?wait=30s&until=down"));
        await("here").until(() -> states(number, one).equals("drain"));
        TestProxy two = replicas.launch(2);
        replicas.awaitPeers(2, 1);
        two.awaitUp(1);
        await("it has checked it").until(() -> two.server(number).server().up());
        assertThat(states(number, one, two)).isEqualTo("drain drain");
        for (int i = 0; i < 4; i++) {
          RawClient.session(two.address()).close();
        }
        assertThat(two.server(number).server().traffic().sessionsTotal()).isZero();
        assertThat(hook).isNotDone();
        session.send(RawClient.terminate());
        assertThat(hook.join().statusCode()).isEqualTo(200);
      }
    }
  }
}
