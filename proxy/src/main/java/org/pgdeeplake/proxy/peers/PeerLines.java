package org.pgdeeplake.proxy.peers;

/** The lines of one reader, each signed for it. On the loop of the peers. */
public final class PeerLines {
  private final OwnState own;
  private final Signature signature;
  private final String nonce;

  PeerLines(OwnState own, Signature signature, String nonce) {
    this.own = own;
    this.signature = signature;
    this.nonce = nonce;
  }

  /** The state as it was looked at last. */
  public String line() {
    return SignedLine.of(own.text(), signature, nonce);
  }

  /** The last line of all. */
  public String bye() {
    return SignedLine.of(own.bye(), signature, nonce);
  }

  /** {@code listener} is called when there is another line, on the loop. */
  public void listen(Runnable listener) {
    own.listen(listener);
  }

  public void leave(Runnable listener) {
    own.leave(listener);
  }
}
