package org.pgdeeplake.benchmarks.scenario;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Certificates;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.scenario.RawLoad.Security;

/** The peer decrypts. */
final class Tls implements Scenario {
  private static final double SECONDS = 2;
  private static final String ECDSA = "ECDSA P-256";

  @Override
  public String name() {
    return "tls";
  }

  @Override
  public String about() {
    return "Peers that speak TLS 1.3 with clients and plain text with the load's own server. Clients"
        + " begin with the ClientHello (ALPN postgresql), the same certificates and the same key"
        + " exchange (X25519) for all. Connections as in churn, with a full handshake each, or with one that the client asks to"
        + " resume: whether it was resumed shows in the bytes that the client received, since there is"
        + " no certificate among them then. Bulk as in bulk.";
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  private static List<Peer> peers(Plan plan) {
    return plan.able(Peer.Ability.DIRECT_TLS);
  }

  @Override
  public Duration estimate(Plan plan) {
    int count = peers(plan).size();
    double each = plan.seconds(SECONDS);
    return plan.estimate(count, 4 * each).plus(plan.estimate(count, each));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    double seconds = bench.plan().seconds(SECONDS);
    with(
        bench,
        Certificates.Key.ECDSA_P256,
        (peer, round) -> {
          RawLoad.connections(bench, peer, round, ECDSA, Security.TLS, seconds);
          RawLoad.connections(bench, peer, round, ECDSA + " resumed", Security.RESUMED, seconds);
          for (String way : List.of("down", "up")) {
            RawLoad.transfer(bench, peer, round, "bulk " + way, Security.TLS, way, seconds);
          }
        });
    with(
        bench,
        Certificates.Key.RSA_2048,
        (peer, round) ->
            RawLoad.connections(bench, peer, round, "RSA-2048", Security.TLS, seconds));
  }

  private static void with(Bench bench, Certificates.Key key, Bench.Step step)
      throws BenchFailed, InterruptedException {
    Path pem = Certificates.create(key, bench.newDirectory("certificate"));
    bench.interleave(
        peers(bench.plan()),
        bench.echoPort(),
        Optional.of(pem),
        (RunningPeer peer, int _) -> RawLoad.warmUp(bench, peer, Security.TLS),
        step);
  }
}
