package org.pgdeeplake.benchmarks.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Listens where it is told to. */
final class EchoServer implements Commands {
  private final LoadTransport transport = LoadTransport.open(2);
  private final Map<Integer, Channel> listening = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicLong> firstAccept = new ConcurrentHashMap<>();

  @Override
  public Answer run(String command, Arguments arguments) throws Exception {
    return switch (command) {
      case "listen" -> listen(arguments.integer("port"));
      case "first" -> new Answer().with("at", first(arguments.integer("port")).get());
      case "close" -> close(arguments.integer("port"));
      default -> throw new IllegalArgumentException("the server has no command " + command);
    };
  }

  private AtomicLong first(int port) {
    return firstAccept.computeIfAbsent(port, _ -> new AtomicLong());
  }

  private Answer listen(int port) throws InterruptedException {
    AtomicLong first = first(port);
    first.set(0);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(transport.group())
            .channel(transport.serverSocket())
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    first.compareAndSet(0, System.nanoTime());
                    channel.pipeline().addLast(new EchoSession());
                  }
                });
    listening.put(port, bootstrap.bind("127.0.0.1", port).sync().channel());
    return new Answer().with("at", System.nanoTime());
  }

  private Answer close(int port) throws InterruptedException {
    Channel channel = listening.remove(port);
    if (channel != null) {
      channel.close().sync();
    }
    return new Answer();
  }
}
