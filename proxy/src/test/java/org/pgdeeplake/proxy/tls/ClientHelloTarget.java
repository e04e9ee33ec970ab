package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;

/** The body of a ClientHello. */
public final class ClientHelloTarget implements FuzzTarget {
  @Override
  public void check(byte[] input) {
    ByteBuf body = Unpooled.wrappedBuffer(input);
    try {
      ClientHello hello = ClientHello.parse(body);
      assertThat(body.isReadable()).isFalse();
      List<String> protocols = hello.protocols();
      assertThat(protocols == null || protocols.size() <= input.length).isTrue();
    } catch (ClientHello.Malformed e) {
      assertThat(e.getMessage()).startsWith("malformed ClientHello: ");
    }
    assertThat(body.refCnt()).isOne();
  }
}
