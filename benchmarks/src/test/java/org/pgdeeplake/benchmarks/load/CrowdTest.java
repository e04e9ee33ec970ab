package org.pgdeeplake.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/**
 * A crowd cannot be satisfied falsely: an answer that is not whole, or that belongs to somebody
 * else, is an error; who is shed with a code is refused, and no error. When it leaves, all leave.
 */
class CrowdTest {
  @Test
  void aQuestionIsUnderstoodAndAnsweredWithItsOwnText() {
    Question question = new Question("session-7", 2);
    List<Tuple> messages = new ArrayList<>();

    new MessageScanner((type, body) ->
        messages.add(tuple((char) (byte) type, new String(body, StandardCharsets.US_ASCII))))
        .feed(question.answer());

    assertThat(Question.parse(question.sql())).contains(question);
    assertThat(messages.subList(1, messages.size()))
        .containsExactly(
            tuple('D', "\0\1\0\0\0\11session-7"),
            tuple('D', "\0\1\0\0\0\11session-7"),
            tuple('C', "SELECT 2\0"),
            tuple('Z', "I"));
  }

  @Test
  void theWholeAnswerIsNoError() throws Exception {
    assertThat(asked(new Question("session-1", 20).answer()))
        .contains("done=1.0", "errors=0.0", "refused=0.0");
  }

  @Test
  void anAnswerOfSomebodyElseIsAnError() throws Exception {
    assertThat(asked(new Question("session-2", 20).answer())).contains("done=0.0", "errors=1.0");
  }

  @Test
  void halfAnAnswerIsAnError() throws Exception {
    assertThat(asked(new Question("session-1", 19).answer())).contains("done=0.0", "errors=1.0");
  }

  @Test
  void noAnswerIsAnError() throws Exception {
    assertThat(asked(Unpooled.EMPTY_BUFFER)).contains("done=0.0", "errors=1.0");
  }

  @Test
  void whoIsShedIsRefused() throws Exception {
    assertThat(greeted(error("53300"))).contains("refused=1.0", "errors=0.0", "open=0.0");
    assertThat(greeted(error("XX000"))).contains("refused=0.0", "errors=1.0", "open=0.0");
  }

  @Test
  void whoWasNeverServedLeavesToo() throws Exception {
    LoadTransport transport = LoadTransport.open(1);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Crowd crowd = new Crowd(connector(transport, server), 1, false, true);
      crowd.gather(1);
      try (Socket waiter = server.accept()) {
        waiter.setSoTimeout(20_000);
        DataInputStream in = new DataInputStream(waiter.getInputStream());
        in.readNBytes(in.readInt() - 4);

        assertThat(crowd.settle(0).toString()).contains("done=0.0", "undone=1.0");
        crowd.close();

        // Terminate, and the end; it would be a timeout if it stayed.
        assertThat(in.readAllBytes()).startsWith(Wire.TERMINATE);
      }
    } finally {
      transport.group().shutdownGracefully().sync();
    }
  }

  private static Connector connector(LoadTransport transport, ServerSocket server) {
    return new Connector(transport, server.getLocalPort(), null, false, new LongAdder());
  }

  private static ByteBuf error(String code) {
    byte[] fields = ("SFATAL\0C" + code + "\0Mwords\0\0").getBytes(StandardCharsets.US_ASCII);
    return Unpooled.buffer().writeByte(Wire.ERROR).writeInt(4 + fields.length).writeBytes(fields);
  }

  private static String greeted(ByteBuf greeting) throws Exception {
    return member(greeting, Unpooled.EMPTY_BUFFER);
  }

  private static String asked(ByteBuf answer) throws Exception {
    return member(Wire.greeting(1, 2), answer);
  }

  /** What a crowd of one says of a server that greets so, answers so, and hangs up. */
  private static String member(ByteBuf greeting, ByteBuf answer) throws Exception {
    LoadTransport transport = LoadTransport.open(1);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread serving = Thread.startVirtualThread(() -> serve(server, greeting, answer));
      Crowd crowd = new Crowd(connector(transport, server), 1, true, true);
      crowd.gather(1);
      String said = crowd.settle(20).toString();
      crowd.close();
      serving.join();
      return said;
    } finally {
      transport.group().shutdownGracefully().sync();
    }
  }

  private static void serve(ServerSocket server, ByteBuf greeting, ByteBuf answer) {
    try (Socket socket = server.accept()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      in.readNBytes(in.readInt() - 4);
      greeting.readBytes(out, greeting.readableBytes());
      if (in.read() == Wire.QUERY) {
        in.readNBytes(in.readInt() - 4);
        if (answer.isReadable()) {
          answer.readBytes(out, answer.readableBytes());
          // Until the client is content, or not.
          var _ = in.read();
        }
      }
    } catch (java.io.IOException _) {
      // The client has hung up, which it may.
    }
  }
}
