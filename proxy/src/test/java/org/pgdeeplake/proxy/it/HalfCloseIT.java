package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Kernel;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a side that has finished speaking still hears every byte, however slowly it listens.
class HalfCloseIT extends PostgresStage {
  private static final int ROWS = 20 * 1024;
  private static final int ROUNDS = 15;

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void aClientThatHasFinishedSpeaking(String transport) throws IOException {
    try (TestProxy proxy = proxy(transport)) {
      for (int round = 0; round < ROUNDS; round++) {
        try (RawClient client = RawClient.session(proxy.address())) {
          client.send(rows(ROWS));
          client.shutdownOutput();
          assertAllRows(client, ROWS);
        }
      }
      proxy.awaitNoSession();
    }
  }

  /** So much as fits into the buffers on the way: the server has gone when it is read. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void aClientThatReadsWhenItsServerHasGone(String transport) throws IOException {
    int rows = 4 * 1024;
    try (TestProxy proxy = proxy(transport)) {
      for (int round = 0; round < ROUNDS; round++) {
        try (RawClient client = RawClient.session(proxy.address())) {
          client.send(rows(rows), RawClient.terminate());
          if (round % 2 == 0) {
            client.shutdownOutput();
          }
          if (!transport.equals("nio")) { // NIO hears of an end only when it reads
            await("the server has gone").until(() -> proxy.backend().assigned() == 0);
          }
          assertAllRows(client, rows);
        }
      }
      proxy.awaitNoSession();
    }
  }

  private static TestProxy proxy(String transport) {
    Kernel.assumeTransport(transport);
    return TestProxy.to(postgres).proxy("transport = " + transport).start();
  }

  private static byte[] rows(int count) {
    return RawClient.query(
        "select rpad(i::text, 1017, 'x') from generate_series(1, %d) i".formatted(count));
  }

  private static void assertAllRows(RawClient client, int rows) throws IOException {
    List<Message> answer = client.readUntil('Z');
    assertThat(answer.stream().filter(m -> m.type() == 'D')).hasSize(rows);
    assertThat(client.read()).as("then the server closes").isNull();
  }
}
