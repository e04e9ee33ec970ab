package org.pgdeeplake.proxy.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.demand.Load;
import org.pgdeeplake.proxy.peers.StateLine.BadLine;

// Rule: a state line brings over what was said; what it cannot be is refused, what is new is not.
class StateLineTest {
  private static final ServerName S1 = new ServerName("pg_backends", "s1");
  private static final PeerState STATE =
      new PeerState(
          "00ff",
          "pod-0",
          7,
          false,
          Map.of("pg_backends", new Load(1, 2, 3, Map.of("s1", 4, "s2", 1)), "b", Load.NONE),
          Map.of(S1, 5, new ServerName("b", "s1"), 0),
          Map.of(
              S1,
              new Wish(AdministrativeState.DRAIN, 1_796_000_000_000_000L, "00ff"),
              new ServerName("b", "s1"),
              new Wish(AdministrativeState.DRAIN, true, 7, "00ff")));

  @Test
  void bringsEverythingOver() throws BadLine {
    assertThat(StateLine.parse(StateLine.text(STATE))).isEqualTo(STATE);
  }

  @Test
  void theLastWordIsTold() throws BadLine {
    assertThat(StateLine.parse("pgproxy-peer/1 a b 3 bye").leaving()).isTrue();
    assertThat(StateLine.parse("pgproxy-peer/1 a b 3 up").leaving()).isFalse();
  }

  @Test
  void whatALaterVersionAddsIsPassedOver() throws BadLine {
    String more = StateLine.text(STATE).replace(" up;", " up more;Z something new;") + ";Q";
    assertThat(StateLine.parse(more)).isEqualTo(STATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pgproxy-peer/2 a b 3 up",
        "pgproxy-peer/1 a b up",
        "pgproxy-peer/1 a b -3 up",
        "pgproxy-peer/1 a b 99999999999999999999 up",
        "pgproxy-peer/1 a  3 up",
        "pgproxy-peer/1 a b\u0000 3 up",
        "pgproxy-peer/1 a b 3 up;L pg 1 2",
        "pgproxy-peer/1 a b 3 up;L pg 1 2 x",
        "pgproxy-peer/1 a b 3 up;L pg 1 2 3 s1",
        "pgproxy-peer/1 a b 3 up;L pg 1 2 3 s1=",
        "pgproxy-peer/1 a b 3 up;S pg s1",
        "pgproxy-peer/1 a b 3 up;A pg s1 broken 1 a",
        "pgproxy-peer/1 a b 3 up;A pg s1 drain 1",
      })
  void whatIsNoneIsRefused(String line) {
    assertThatThrownBy(() -> StateLine.parse(line)).isInstanceOf(BadLine.class);
  }

  /** Sums of all peers stay numbers. */
  @Test
  void hugeNumbersAreCut() throws BadLine {
    PeerState state = StateLine.parse("pgproxy-peer/1 a b 3 up;S pg s1 999999999999999999");
    assertThat(state.sessions()).containsEntry(new ServerName("pg", "s1"), 10_000_000);
  }

  @Test
  void aLineIsForWhoAskedAndOfWhoHasTheSecret() throws BadLine {
    Signature signature = new Signature(new Secret("a secret of replicas"));
    String line = SignedLine.of(StateLine.text(STATE), signature, "nonce");
    assertThat(SignedLine.open(line, signature, "nonce")).isEqualTo(StateLine.text(STATE));
    assertThat(line).doesNotContain("secret");
    assertThatThrownBy(() -> SignedLine.open(line, signature, "another"))
        .isInstanceOf(BadLine.class);
    assertThatThrownBy(() -> SignedLine.open(line.replace("s1=4", "s1=0"), signature, "nonce"))
        .isInstanceOf(BadLine.class);
    Signature other = new Signature(new Secret("a secret of others"));
    assertThatThrownBy(() -> SignedLine.open(line, other, "nonce")).isInstanceOf(BadLine.class);
    assertThatThrownBy(() -> SignedLine.open("pgproxy-peer/1 a b 3 up", signature, "nonce"))
        .isInstanceOf(BadLine.class);
  }
}
