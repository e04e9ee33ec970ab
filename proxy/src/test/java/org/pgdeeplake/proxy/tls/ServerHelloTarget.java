package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;

/** The look at the ServerHello on its way out. */
public final class ServerHelloTarget implements FuzzTarget {
  private static final String SESSION = "ab".repeat(32);

  @Override
  public void check(byte[] input) {
    Pieces pieces = Pieces.of(input);
    boolean resumed = resumed(pieces.all(), pieces.cut());
    assertThat(resumed(pieces.all(), List.of(pieces.all()))).isEqualTo(resumed);
  }

  private static boolean resumed(byte[] all, List<byte[]> cut) {
    ServerHelloPeek peek = new ServerHelloPeek(SESSION, () -> {});
    FuzzChannel channel = new FuzzChannel();
    channel.pipeline().addLast(peek);
    for (byte[] piece : cut) {
      var _ = channel.writeOutbound(channel.alloc().buffer(piece.length).writeBytes(piece));
    }
    assertThat(channel.heard()).isEqualTo(all);
    channel.end();
    return peek.resumed();
  }
}
