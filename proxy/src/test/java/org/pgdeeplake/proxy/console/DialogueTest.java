// A session does one thing at a time, in order, whatever its client reads; it holds up nobody else
// on its loop, and what goes wrong in it is told.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

class DialogueTest {
  private final TestProxy proxy = TestProxy.to().start();
  private final CompletableFuture<ReloadResult> reload = new CompletableFuture<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected SocketAddress remoteAddress0() {
          return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }
      };
  private final Connection connection;
  private final Dialogue dialogue;

  DialogueTest() {
    Catalog catalog = new Catalog(TestConsole.reloading(proxy, reload), Duration.ofSeconds(30));
    Services services =
        new Services(
            new Access(new Credentials("pgproxy", new Secret("secret"))),
            new Dialogues(),
            catalog,
            TestConsole.PATIENT,
            new Metrics());
    connection = new Connection(services, new Door(TestConsole.PATIENT).enter(channel));
    channel.pipeline().addLast(connection);
    dialogue = new Dialogue(connection, catalog, new Caller("test", "", null), () -> {});
    connection.begin(dialogue);
  }

  @AfterEach
  void stop() {
    var _ = channel.finishAndReleaseAll();
    proxy.close();
  }

  /** As it is read; what it puts off is not done yet. */
  private void query(String text) {
    ByteBuf body = Unpooled.copiedBuffer(text + "\0", StandardCharsets.UTF_8);
    var _ = channel.pipeline().fireChannelRead(new Inbound.Message('Q', body));
  }

  /** With what that puts off in turn: one rest after the other. */
  private void runWhatIsPutOff() {
    for (int i = 0; i < 200; i++) {
      channel.runPendingTasks();
    }
  }

  /** Everything that was sent, each message by its type, with the tag or the SQLSTATE of some. */
  private List<String> sent() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      all.writeBytes(out);
      out.release();
    }
    List<String> messages = new ArrayList<>();
    while (all.isReadable()) {
      char type = (char) all.readByte();
      byte[] body = new byte[all.readInt() - Integer.BYTES];
      all.readBytes(body);
      messages.add(
          switch (type) {
            case 'C' -> "C " + new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
            case 'E' -> "E " + new RawClient.Message(type, body).fields().get('C');
            default -> String.valueOf(type);
          });
    }
    return messages;
  }

  /** Whatever the statement is before which the channel has had enough. */
  @Test
  void nothingRunsBesideACommandThatTakesItsTime() {
    String large = "show help;".repeat(5);
    for (int size = 0; size < 20; size++) {
      query(large.repeat(size) + "show version; reload; discard plans");
      runWhatIsPutOff();
      List<String> before = sent();
      assertThat(before).filteredOn("C SHOW"::equals).hasSize(5 * size + 1);
      assertThat(before).as("after " + size).doesNotContain("C RELOAD", "C DISCARD PLANS", "Z");
      dialogue.cancel();
      runWhatIsPutOff();
      assertThat(sent()).containsExactly("E 57014", "Z");
    }
    query("reload; discard plans");
    var _ = reload.complete(new ReloadResult.Applied(List.of("a change")));
    runWhatIsPutOff();
    assertThat(sent()).containsExactly("T", "D", "C RELOAD", "C DISCARD PLANS", "Z");
  }

  @Test
  void manyStatementsGiveWayToOthersOnTheLoop() {
    query("begin;".repeat(5000));
    channel.flush();
    assertThat(sent()).hasSizeLessThan(2 * Dialogue.STEPS);
    runWhatIsPutOff();
    List<String> rest = sent();
    assertThat(rest).hasSizeGreaterThan(5000 - 2 * Dialogue.STEPS).endsWith("C BEGIN", "Z");
  }

  @Test
  void manyMessagesGiveWayToOthersOnTheLoop() {
    for (int i = 0; i < 1000; i++) {
      query("begin");
    }
    assertThat(sent()).hasSizeLessThan(1000);
    runWhatIsPutOff();
    assertThat(sent()).hasSizeGreaterThan(1000);
  }

  @Test
  void whatFailsAfterACommandIsTold() throws ConsoleException {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Command command = new Command.Work("X", List.of(), Duration.ofSeconds(30), by -> answer);
    try (LoggedLines log = new LoggedLines(Connection.class.getName())) {
      dialogue.run(
          command,
          told -> {
            throw new IllegalStateException("of this test");
          });
      var _ = answer.complete(Answer.EMPTY);
      runWhatIsPutOff();
      assertThat(sent()).containsExactly("E XX000");
      assertThat(log.lines()).singleElement().asString().contains("failed");
      assertThat(connection.ending()).isTrue();
    }
  }

  /** Over a real socket, to one that reads slowly and to one that reads fast. */
  @ParameterizedTest
  @ValueSource(ints = {2048, 0})
  void answersComeInOrder(int receiveBuffer) throws IOException {
    try (TestConsole console = new TestConsole(proxy.operations(), TestConsole.PATIENT);
        RawClient waiting = RawClient.open(proxy.address());
        RawClient client = console.login(receiveBuffer)) {
      waiting.send(RawClient.startup());
      proxy.awaitQueued(1);
      client.send(RawClient.query("show help; show clients; select 1;".repeat(200)));
      String types =
          client.readUntil('Z').stream()
              .map(message -> String.valueOf(message.type()))
              .collect(Collectors.joining());
      assertThat(types.replaceAll("D+", "D")).isEqualTo("TDC".repeat(600) + "Z");
    }
  }
}
