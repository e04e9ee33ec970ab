package org.pgdeeplake.manager.kubernetes;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * kubelet's port-forward, subprotocol v4.channel.k8s.io: a channel byte before each message, 0 data
 * and 1 errors, each begun by two bytes with the port. Bytes go to a real server.
 */
final class PortForwardStandIn {
  private static final int LONGEST_FRAME = 1 << 20;
  private static final int CHUNK = 8192;

  /** {@code pod:port} to the port on this machine. */
  private final Map<String, Integer> ports;

  private final Set<Channel> streams = ConcurrentHashMap.newKeySet();

  PortForwardStandIn(Map<String, Integer> ports) {
    this.ports = ports;
  }

  /** How many are open. */
  int streams() {
    return streams.size();
  }

  /** As when the API server or the network in between fails. */
  void breakOff() {
    streams.forEach(stream -> {
      var _ = stream.close();
    });
  }

  void open(ChannelHandlerContext context, FullHttpRequest request, String pod, int port) {
    Channel channel = context.channel();
    var handshaker =
        new WebSocketServerHandshakerFactory(
                request.uri(), ApiServer.SUBPROTOCOL, false, LONGEST_FRAME)
            .newHandshaker(request);
    streams.add(channel);
    var _ = channel.closeFuture().addListener(_ -> streams.remove(channel));
    Bridge bridge = new Bridge(channel);
    context.pipeline().replace(context.handler(), "bridge", bridge);
    var _ =
        handshaker
            .handshake(channel, request)
            .addListener(_ -> bridge.start(port, ports.getOrDefault(pod + ":" + port, 0)));
  }

  private static final class Bridge extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Channel channel;
    private final Socket socket = new Socket();
    private final Thread thread = Thread.ofVirtual().unstarted(this::fromServer);

    Bridge(Channel channel) {
      this.channel = channel;
    }

    void start(int podPort, int port) {
      for (int stream = 0; stream < 2; stream++) {
        message(stream, Unpooled.wrappedBuffer(new byte[] {(byte) podPort, (byte) (podPort >> 8)}));
      }
      try {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        thread.start();
      } catch (IOException | IllegalArgumentException e) {
        message(
            1,
            Unpooled.copiedBuffer(
                "error forwarding port %d to pod 2f0c5d7e, uid : failed to execute portforward in network namespace \"/var/run/netns/cni-1\": failed to connect to localhost:%d inside namespace \"2f0c5d7e\", IPv4: dial tcp4 127.0.0.1:%d: connect: connection refused"
                    .formatted(podPort, podPort, podPort),
                StandardCharsets.UTF_8));
      }
    }

    private void message(int stream, ByteBuf data) {
      var _ =
          channel.writeAndFlush(
              new BinaryWebSocketFrame(
                  Unpooled.wrappedBuffer(
                      Unpooled.wrappedBuffer(new byte[] {(byte) stream}), data)));
    }

    private void fromServer() {
      try (socket) {
        byte[] chunk = new byte[CHUNK];
        var in = socket.getInputStream();
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
          message(0, Unpooled.copiedBuffer(chunk, 0, length));
        }
      } catch (IOException _) {
        // The channel's end closed it.
      }
      var _ = channel.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
      if (frame instanceof CloseWebSocketFrame) {
        var _ = context.close();
        return;
      }
      byte[] data = new byte[frame.content().readableBytes()];
      frame.content().readBytes(data);
      try {
        socket.getOutputStream().write(data, 1, data.length - 1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws IOException {
      socket.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
