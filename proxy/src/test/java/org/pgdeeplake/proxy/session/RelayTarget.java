package org.pgdeeplake.proxy.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;
import org.pgdeeplake.proxy.postgres.StartupBytes;

/**
 * A session from its server's first word on: what either side says, in turns. The first byte of an
 * input is as of {@link Pieces}; the second says whether the client has begun with an SSLRequest;
 * then there are turns of up to 127 bytes, whose first byte has their length (0: all that is left)
 * and in its high bit whether it is the client's.
 */
public final class RelayTarget implements FuzzTarget {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final int CLIENTS = 0x80;

  /** A server's reply waits on the heap of either channel, at most all of an input. */
  private static final int SPARE = 1 << 20;

  private final FuzzServices ground = new FuzzServices(Edge.PLAIN, null);
  private final SessionServices services = ground.services();

  @Override
  public void check(byte[] input) {
    Pieces pieces = Pieces.of(input);
    Talk talk = new Talk(pieces.all());
    talk.run();
    talk.client.leave(pieces.ending());
    talk.server.end();
    talk.client.end();
    ground.assertNothingLeft();
    assertThat(services.backend().assigned()).isZero();
    assertThat(services.cancelKeys().size()).isZero();
  }

  /** A slot of the server, which then is down, so that nobody is taken to it any more. */
  private Lease lease() {
    Backend backend = services.backend();
    Server server = backend.servers().getFirst();
    AtomicReference<Lease> lease = new AtomicReference<>();
    check(server, CheckResult.Status.L7OK, 1);
    var _ =
        backend.enter(
            backend.ticket(
                new Waiter() {
                  @Override
                  public void assigned(Lease assigned) {
                    lease.set(assigned);
                  }

                  @Override
                  public void serverDown(Lease down) {}
                },
                InetAddress.getLoopbackAddress(),
                false));
    check(server, CheckResult.Status.L4CON, 0);
    return lease.get();
  }

  private void check(Server server, CheckResult.Status status, int active) {
    while (services.backend().activeServers() != active) {
      services.backend().findings().checked(server, new CheckResult(status, "", 0), server.era());
    }
  }

  private final class Talk {
    private final byte[] story;
    private final FuzzChannel client = new FuzzChannel(true).sparing(SPARE);
    private final FuzzChannel server = new FuzzChannel().sparing(SPARE);
    private final ByteArrayOutputStream byClient = new ByteArrayOutputStream();
    private final ByteArrayOutputStream byServer = new ByteArrayOutputStream();

    Talk(byte[] story) {
      this.story = story;
    }

    void run() {
      Lease lease = lease();
      client.pipeline().addLast(Session.open(client, services));
      client.begin();
      Session session = services.sessions().all().iterator().next();
      boolean encryption = story.length > 0 && (story[0] & 1) == 1;
      byte[] opening = encryption ? StartupBytes.sslRequest() : STARTUP;
      say(client, byClient, opening);
      assertThat(session.state()).isInstanceOf(Queued.class);
      Opening.Kind kind =
          encryption ? Opening.Kind.ENCRYPTION_REQUEST : Opening.Kind.STARTUP_MESSAGE;
      ServerLink link = new ServerLink(session, lease);
      server.pipeline().addLast(link);
      session.record().server = lease.server();
      session.transition(new AwaitingReply(new Pending(session, new Opening(kind, opening)), link));
      turns();
      assertHeard(session.state());
    }

    private void turns() {
      int at = 1;
      while (at < story.length) {
        int head = Byte.toUnsignedInt(story[at++]);
        int length = head % CLIENTS == 0 ? story.length - at : head % CLIENTS;
        byte[] turn = Arrays.copyOfRange(story, at, Math.min(story.length, at + length));
        at += length;
        if (head >= CLIENTS) {
          say(client, byClient, turn);
        } else {
          say(server, byServer, turn);
        }
      }
    }

    private void say(FuzzChannel who, ByteArrayOutputStream all, byte[] bytes) {
      if (bytes.length > 0 && who.isOpen() && who.config().isAutoRead()) {
        all.writeBytes(bytes);
        who.send(bytes);
      }
    }

    /** While it relays, each has all of the other; before, a client has no byte but an N. */
    private void assertHeard(SessionState state) {
      switch (state) {
        case Relaying _ -> {
          assertThat(client.heard()).as("the client's").isEqualTo(byServer.toByteArray());
          assertThat(server.heard()).as("the server's").isEqualTo(byClient.toByteArray());
        }
        case Closed _ -> {}
        default -> assertThat(new String(client.heard(), ISO_8859_1)).matches("N*");
      }
    }
  }

  @Override
  public void close() {
    ground.close();
  }
}
