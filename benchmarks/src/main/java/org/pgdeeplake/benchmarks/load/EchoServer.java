package org.pgdeeplake.benchmarks.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Listens where it is told to. */
final class EchoServer implements Commands {
  private final LoadTransport transport = LoadTransport.open(2);
  private final Map<Integer, Channel> listening = new ConcurrentHashMap<>();
  private final Map<Integer, Greetings> greetings = new ConcurrentHashMap<>();

  @Override
  public Answer run(String command, Arguments arguments) throws Exception {
    return switch (command) {
      case "listen" ->
          listen(
              arguments.integer("port"),
              Integer.parseInt(arguments.values().getOrDefault("greeting", "0")));
      case "first" -> first(arguments.integer("port"));
      case "close" -> close(arguments.integer("port"));
      default -> throw new IllegalArgumentException("the server has no command " + command);
    };
  }

  /** When the first came, and how many at most had been accepted and not yet greeted. */
  private Answer first(int port) {
    Greetings seen = greetings.getOrDefault(port, new Greetings(0));
    return new Answer().with("at", seen.firstAccept().get()).with("peak", seen.peak().get());
  }

  private Answer listen(int port, int millis) throws InterruptedException {
    Greetings seen = new Greetings(millis);
    greetings.put(port, seen);
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
                    channel.pipeline().addLast(new EchoSession(seen));
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
