package org.pgdeeplake.proxy.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;

/** A line of another replica, and what it shows at the door. */
public final class PeerLineTarget implements FuzzTarget {
  private static final Signature SIGNATURE = new Signature(new Secret("secret"));

  @Override
  public void check(byte[] input) throws StateLine.BadLine {
    String text = new String(input, UTF_8);
    PeerState state;
    try {
      state = StateLine.parse(text);
    } catch (StateLine.BadLine e) {
      assertThat(e.getMessage()).isNotBlank();
      state = null;
    }
    if (state != null) {
      assertThat(StateLine.parse(StateLine.text(state))).isEqualTo(state);
    }
    try {
      var _ = SignedLine.open(text, SIGNATURE, "nonce");
      throw new AssertionError("the signature is guessed");
    } catch (StateLine.BadLine e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    String signed = SignedLine.of(text, SIGNATURE, "nonce");
    assertThat(SignedLine.open(signed, SIGNATURE, "nonce")).isEqualTo(text);
    Authorization.parse(text)
        .ifPresent(shown -> {
          assertThat(Authorization.parse(shown.header())).contains(shown);
          assertThat(shown.signs(SIGNATURE, "GET", "/", "")).isFalse();
        });
  }
}
