// Handshakes go in turn: no more at once than there are turns, the first who came first, and nobody
// who has left or would be too late. However a turn ends, another's begins.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

class HandshakeTurnsTest extends AcceptorStage {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 80};

  private final List<String> told = new ArrayList<>();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final HandshakeTurns turns = new HandshakeTurns(tasks::add, 2);

  private HandshakeTurns.Turn ask(String name) {
    return ask(turns, name, HandshakeTurns.NEVER);
  }

  private HandshakeTurns.Turn ask(HandshakeTurns in, String name, long deadlineNanos) {
    return in.ask(
        deadlineNanos,
        new HandshakeTurns.Waiter() {
          @Override
          public void due() {
            told.add(name);
          }

          @Override
          public void late() {
            told.add(name + " late");
          }
        });
  }

  @Test
  void noMoreAtOnceThanThereAreTurnsAndTheFirstFirst() {
    HandshakeTurns.Turn a = ask("a");
    HandshakeTurns.Turn b = ask("b");
    ask("c");
    ask("d");
    assertThat(told).containsExactly("a", "b");
    assertThat(turns.waiting()).isEqualTo(2);

    b.end();
    assertThat(told).containsExactly("a", "b", "c");
    a.end();
    assertThat(told).containsExactly("a", "b", "c", "d");
    assertThat(turns.waiting()).isZero();
  }

  @Test
  void aTurnEndsOnce() {
    HandshakeTurns.Turn a = ask("a");
    ask("b");
    ask("c");
    ask("d");
    a.end();
    a.end();
    a.begun();
    assertThat(told).containsExactly("a", "b", "c");
  }

  @Test
  void whoLeavesTheLineIsPassedOver() {
    HandshakeTurns.Turn a = ask("a");
    ask("b");
    HandshakeTurns.Turn c = ask("c");
    ask("d");
    c.end();
    assertThat(turns.waiting()).isEqualTo(1);
    a.end();
    assertThat(told).containsExactly("a", "b", "d");
  }

  @Test
  void whoWouldBeTooLateIsToldSo() {
    HandshakeTurns.Turn a = ask("a");
    ask("b");
    ask(turns, "c", System.nanoTime() - 1);
    ask(turns, "d", System.nanoTime() + LIMIT.toNanos());
    a.end();
    assertThat(told).containsExactly("a", "b", "c late", "d");
  }

  @Test
  void aTurnLastsAsLongAsItsTask() {
    HandshakeTurns.Turn a = ask("a");
    ask("b");
    ask("c");
    a.execute(() -> told.add("a's task"));
    a.begun();
    assertThat(told).containsExactly("a", "b");
    tasks.remove().run();
    assertThat(told).containsExactly("a", "b", "a's task", "c");
  }

  @Test
  void aTaskThatFailsEndsItsTurn() {
    HandshakeTurns.Turn a = ask("a");
    ask("b");
    ask("c");
    a.execute(() -> {
      throw new IllegalStateException("as a broken key");
    });
    assertThatThrownBy(() -> tasks.remove().run()).isInstanceOf(IllegalStateException.class);
    assertThat(told).containsExactly("a", "b", "c");
  }

  @Test
  void soDoesOneThatNobodyTakes() {
    HandshakeTurns closed =
        new HandshakeTurns(
            task -> {
              throw new RejectedExecutionException("closed");
            },
            1);
    HandshakeTurns.Turn a = ask(closed, "a", HandshakeTurns.NEVER);
    ask(closed, "b", HandshakeTurns.NEVER);
    assertThatThrownBy(() -> a.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThat(told).containsExactly("a", "b");
  }

  @Test
  void whatComesBeforeTheAnswerIsInLineAgain() {
    HandshakeTurns.Turn a = ask("a");
    HandshakeTurns.Turn b = ask("b");
    a.execute(() -> told.add("a's first"));
    tasks.remove().run();
    HandshakeTurns.Turn c = ask("c");
    a.execute(() -> told.add("a's second"));
    assertThat(tasks).isEmpty();
    assertThat(turns.waiting()).isEqualTo(1);
    b.end();
    tasks.remove().run();
    assertThat(told).containsExactly("a", "b", "a's first", "c", "a's second");
    c.end();
    assertBothAreFree();
  }

  @Test
  void whatComesBehindTheAnswerIsNot() {
    HandshakeTurns.Turn a = ask("a");
    a.execute(() -> {});
    tasks.remove().run();
    ask("b");
    ask("c");
    a.settle();
    a.execute(() -> {});
    assertThat(tasks).hasSize(1);
    assertThat(turns.waiting()).isZero();
  }

  @Test
  void whoLeavesIsOutOfTheLineForTheSecondTime() {
    HandshakeTurns.Turn a = ask("a");
    a.execute(() -> {});
    tasks.remove().run();
    HandshakeTurns.Turn b = ask("b");
    HandshakeTurns.Turn c = ask("c");
    a.execute(() -> told.add("for nobody"));
    assertThat(turns.waiting()).isEqualTo(1);
    a.end();
    assertThat(turns.waiting()).isZero();
    b.end();
    c.end();
    assertThat(tasks).isEmpty();
    assertBothAreFree();
  }

  private void assertBothAreFree() {
    told.clear();
    ask("x");
    ask("y");
    assertThat(told).containsExactly("x", "y");
  }

  /** Of real handshakes one has the turn; of those who wait one leaves and one is too late. */
  @Test
  void handshakesWaitForTheirs() throws Exception {
    HandshakeTurns one = new HandshakeTurns(tasks::add, 1);
    TlsAcceptor acceptor =
        TlsAcceptor.load("f", shown(Algorithm.rsa2048), TlsProvider.best(), traffic, one);
    open.add(acceptor);

    EmbeddedChannel first = greeted(acceptor.newHandler(false));
    assertThat(tasks).as("what is computed").hasSize(1);
    EmbeddedChannel leaves = greeted(acceptor.newHandler(false));
    EmbeddedChannel hasty = greeted(acceptor.newHandler(false, Duration.ofNanos(2)));
    EmbeddedChannel last = greeted(acceptor.newHandler(false));
    assertThat(one.waiting()).isEqualTo(3);
    assertThat(tasks).hasSize(1);

    var _ = leaves.close();
    assertThat(one.waiting()).isEqualTo(2);

    tasks.remove().run();
    first.runPendingTasks();
    assertThat(first.outboundMessages()).as("the answer to the first").isNotEmpty();
    assertThat(hasty.isOpen()).isFalse();
    ByteBuf alert = hasty.readOutbound();
    assertThat(ByteBufUtil.getBytes(alert)).as("internal_error").containsExactly(ALERT);
    alert.release();
    last.runPendingTasks();
    assertThat(one.waiting()).isZero();
    assertThat(tasks).as("the last's").hasSize(1);

    tasks.remove().run();
    last.runPendingTasks();
    assertThat(last.outboundMessages()).isNotEmpty();
    assertThat(counted).extracting(Handshake::result).containsExactly(Result.FAILED, Result.FAILED);
  }

  /** A quick signature hands in no task: its turn ends all the same. */
  @Test
  void soDoThoseThatStayOnTheLoop() throws Exception {
    HandshakeTurns one = new HandshakeTurns(tasks::add, 1);
    TlsAcceptor acceptor =
        TlsAcceptor.load("f", shown(Algorithm.ecp256), TlsProvider.OPENSSL, traffic, one);
    open.add(acceptor);
    for (int i = 0; i < 3; i++) {
      assertThat(greeted(acceptor.newHandler(false)).outboundMessages()).isNotEmpty();
    }
    assertThat(tasks).isEmpty();
    assertThat(one.waiting()).isZero();
  }

  private FrontendTls shown(Algorithm algorithm) {
    return TlsFiles.frontend(
        source(
            "server",
            CA.issue("localhost", b -> TestCertificate.localhost(b).algorithm(algorithm))));
  }

  /** A client's connection that has brought its ClientHello. */
  private EmbeddedChannel greeted(ChannelHandler handler) {
    EmbeddedChannel client =
        new EmbeddedChannel(TlsClient.plain().anonymous().apply(ByteBufAllocator.DEFAULT));
    ByteBuf hello = client.readOutbound();
    client.finishAndReleaseAll();
    EmbeddedChannel channel = new EmbeddedChannel(handler);
    open.add(channel::finishAndReleaseAll);
    channel.writeInbound(hello);
    channel.runPendingTasks();
    return channel;
  }
}
