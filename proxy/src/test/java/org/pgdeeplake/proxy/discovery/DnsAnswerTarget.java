package org.pgdeeplake.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;

/** The records of an answer, made addresses; the packet itself is read by Netty. */
public final class DnsAnswerTarget implements FuzzTarget {
  private static final InetSocketAddress SERVER =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);
  private static final Duration LONGEST = Duration.ofSeconds(1L << 32);

  @Override
  public void check(byte[] input) {
    EmbeddedChannel channel = new EmbeddedChannel(new DatagramDnsResponseDecoder());
    try {
      if (!channel.writeInbound(
          new DatagramPacket(Unpooled.wrappedBuffer(input), SERVER, SERVER))) {
        return;
      }
    } catch (DecoderException | IndexOutOfBoundsException e) {
      return; // Netty's own words for what is no answer.
    } finally {
      var _ = channel.close();
    }
    DatagramDnsResponse response = channel.readInbound();
    List<DnsRecord> records = new ArrayList<>();
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      records.add(response.recordAt(DnsSection.ANSWER, i));
    }
    switch (Lookup.found(records)) {
      case Answer.Found(var addresses, var ttl, var whole) -> {
        assertThat(addresses).isNotEmpty().doesNotHaveDuplicates();
        assertThat(addresses).hasSizeLessThanOrEqualTo(records.size());
        assertThat(ttl).isBetween(Duration.ZERO, LONGEST);
        assertThat(whole).isTrue();
      }
      case Answer.None() -> {}
      case Answer.Silence(var reason) -> throw new AssertionError(reason);
    }
    assertThat(response.release()).isTrue();
  }
}
