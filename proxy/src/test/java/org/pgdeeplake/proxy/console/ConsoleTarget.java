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
import org.pgdeeplake.proxy.fuzz.Untouched;
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

  /**
   * Answers wait for a Sync until they are 64 KiB by Netty's count, of some 100 bytes for the
   * smallest of them, each of which has a buffer of 256.
   */
  private static final int UNFLUSHED_BYTES = 192 * 1024;

  private final boolean loggedIn;

  /** Nobody listens at that port: its server is there to be told of, and to be changed. */
  private final TestProxy proxy = TestProxy.to().server("127.0.0.1:1").start();

  private final Operations operations =
      TestConsole.reloading(
          proxy, CompletableFuture.completedFuture(new ReloadResult.Applied(List.of())));
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
    Untouched.make(operations.topology().backends());
    Pieces pieces = Pieces.of(input);
    FuzzChannel client = new FuzzChannel().sparing(UNFLUSHED_BYTES);
    ChannelPipeline pipeline = client.pipeline();
    Connection connection = new Connection(services, door.enter(client));
    pipeline.addLast(new InboundDecoder()).addLast(connection);
    client.begin();
    if (loggedIn) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      Caller caller = new Caller("console", "pgproxy", (InetSocketAddress) client.remoteAddress());
      connection.begin(new Dialogue(connection, services.catalog(), caller, () -> {}));
    }
    client.send(pieces).leave(pieces.ending());
    // There is a limit for the login, and one for doing nothing.
    assertThat(client.isOpen()).isFalse();
    client.end();
    assertMessages(client.heard());
  }

  @Override
  public void close() {
    proxy.close();
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
