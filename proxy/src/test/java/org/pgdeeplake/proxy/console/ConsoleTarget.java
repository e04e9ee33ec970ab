package org.pgdeeplake.proxy.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

/** A whole connection to the console: as a stranger, or as somebody who has logged in. */
public final class ConsoleTarget implements FuzzTarget {
  /** PostgreSQL's for a bug. */
  private static final String INTERNAL_ERROR = "CXX000\0";

  private final boolean loggedIn;
  private final Operations operations =
      TestConsole.reloading(
          TestProxy.to().start(),
          CompletableFuture.completedFuture(new ReloadResult.Applied(List.of())));
  private final Services services =
      new Services(
          new Access(new Credentials("pgproxy", new Secret("secret"))),
          new Dialogues(),
          new Catalog(operations, Limits.DEFAULT.command()),
          Limits.DEFAULT,
          new Metrics());
  private final Door door = new Door(Limits.DEFAULT);

  public ConsoleTarget(boolean loggedIn) {
    this.loggedIn = loggedIn;
  }

  @Override
  public void check(byte[] input) {
    FuzzChannel client = new FuzzChannel();
    ChannelPipeline pipeline = client.pipeline();
    Connection connection = new Connection(services, door.enter(client));
    pipeline.addLast(new InboundDecoder()).addLast(connection);
    client.begin();
    if (loggedIn) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      Caller caller = new Caller("console", "pgproxy", (InetSocketAddress) client.remoteAddress());
      connection.begin(new Dialogue(connection, services.catalog(), caller, () -> {}));
    }
    client.send(Pieces.of(input));
    client.end();
    assertMessages(client.heard());
  }

  /** Messages with their lengths, the last one whole; an answer to an SSLRequest has none. */
  private static void assertMessages(byte[] heard) {
    ByteBuffer in = ByteBuffer.wrap(heard);
    while (in.hasRemaining()) {
      byte type = in.get();
      if (type == 'N' && (in.remaining() < 4 || in.getInt(in.position()) >>> 24 != 0)) {
        continue;
      }
      int length = in.getInt();
      assertThat(length).isBetween(4, in.remaining() + 4);
      byte[] body = new byte[length - 4];
      in.get(body);
      if (type == 'E') {
        assertThat(new String(body, UTF_8)).doesNotContain(INTERNAL_ERROR);
      }
    }
  }
}
