package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

/** What each state answers to each event. */
final class SessionTable {
  private SessionTable() {}

  /** States that hold a slot. */
  private static final Set<String> WITH_SERVER =
      Set.of("Connecting", "AwaitingReply", "Negotiated", "Relaying");

  /** The cells of states that are reached at these edges, on each transport. */
  static Stream<Arguments> at(Edge... edges) {
    List<Edge> wanted = List.of(edges);
    return table().filter(cell -> wanted.contains((Edge) cell.get()[1]));
  }

  private static Stream<Arguments> table() {
    return Stream.of(
            row(
                Situation.AWAITING_PROXY_HEADER,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingProxyHeader",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                Situation.HALF_A_PROXY_HEADER,
                "AwaitingProxyHeader",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingProxyHeader",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                Situation.HANDSHAKING,
                "Handshaking",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "Handshaking",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                Situation.AWAITING_STARTUP,
                "AwaitingStartup",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingStartup",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                Situation.QUEUED,
                "Queued",
                "CLIENT_LEFT_QUEUE",
                "CLIENT_LEFT_QUEUE",
                "AwaitingReply",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
            row(
                Situation.QUEUED_FOR_TLS,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_QUEUE",
                "CLIENT_LEFT_QUEUE",
                "AwaitingReply",
                null,
                null,
                null,
                null,
                "Refusing",
                "Queued",
                "Refusing"),
            row(
                Situation.CONNECTING,
                "Connecting",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "Connecting",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
            row(
                Situation.ASKING_FOR_TLS,
                "Connecting",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "Connecting",
                "Queued",
                "Queued",
                "Queued",
                "Queued",
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
            row(
                Situation.AWAITING_REPLY,
                "AwaitingReply",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Relaying",
                "Queued",
                "Queued",
                "Queued",
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
            row(
                Situation.AWAITING_DIRECT_TLS,
                "AwaitingReply",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Relaying",
                "Relaying",
                "TLS_REFUSED_BY_SERVER",
                "TLS_REFUSED_BY_SERVER",
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
            row(
                Situation.AWAITING_TLS_REPLY,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Queued",
                "Queued",
                "Queued",
                "Queued",
                "Refusing",
                "Queued",
                "Refusing"),
            row(
                Situation.NEGOTIATED,
                "Negotiated",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "Negotiated",
                "AwaitingStartup",
                "AwaitingStartup",
                "AwaitingStartup",
                "AwaitingStartup",
                "SHUTDOWN",
                "AwaitingStartup",
                "OPERATOR"),
            row(
                Situation.REFUSING,
                "Refusing",
                "SHUTDOWN",
                "SHUTDOWN",
                "Refusing",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "SHUTDOWN"),
            row(
                Situation.AUTHENTICATING,
                "Relaying",
                "Relaying",
                "CLIENT_ABORTED",
                "Relaying",
                "Relaying",
                "Relaying",
                "NORMAL",
                "NORMAL",
                "SHUTDOWN",
                "MAINTENANCE",
                "OPERATOR"),
            row(
                Situation.IDLE,
                "Relaying",
                "Relaying",
                "CLIENT_ABORTED",
                "Relaying",
                "Relaying",
                "Relaying",
                "SERVER_CLOSED",
                "SERVER_CLOSED",
                "SHUTDOWN",
                "MAINTENANCE",
                "OPERATOR"),
            row(
                Situation.CANCELLING,
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "NORMAL",
                "NORMAL",
                "NORMAL",
                "Cancelling",
                "NORMAL"))
        .flatMap(List::stream)
        .flatMap(SessionTable::everywhere);
  }

  /** On each transport and, where the state is reached there, at each edge. */
  private static Stream<Arguments> everywhere(Arguments row) {
    @Nullable Object[] columns = row.get();
    Situation in = (Situation) Objects.requireNonNull(columns[0]);
    return Stream.of(TransportChoice.EPOLL, TransportChoice.IO_URING, TransportChoice.NIO)
        .flatMap(transport ->
            in.edges().stream()
                .filter(
                    edge -> columns[1] != SessionEvent.CLIENT_CLOSE_NOTIFY || in.insideTls(edge))
                .map(edge -> Arguments.of(transport, edge, in, columns[1], columns[2])));
  }

  /**
   * One outcome for each event, in the order of the enum, a FIN standing for a close_notify too;
   * null where the state has no server.
   */
  private static List<Arguments> row(Situation in, @Nullable String... outcomes) {
    List<Arguments> cells = new ArrayList<>();
    int column = 0;
    for (SessionEvent event : SessionEvent.values()) {
      if (event == SessionEvent.CLIENT_CLOSE_NOTIFY) {
        column--;
      }
      String outcome = outcomes[column++];
      if (outcome != null) {
        cells.add(Arguments.of(in, event, expected(outcome)));
      }
    }
    return cells;
  }

  static String expected(String outcome) {
    return outcome.equals(outcome.toUpperCase(java.util.Locale.ROOT))
        ? "Closed:" + outcome
        : outcome;
  }

  /** One cell of the table. */
  static void answers(
      TransportChoice transport, Edge edge, Situation in, SessionEvent event, String expected)
      throws Exception {
    try (Stage stage = in.stage(transport, edge)) {
      Actors actors = Actors.bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.act(stage, event, session);
      // Its loop has come to whatever it was told by then, so that staying is a fact, too.
      stage.awaitState(session, expected);
      assertThat(stage.backend.queued()).isEqualTo(expected.equals("Queued") ? 1 : 0);
      assertThat(stage.backend.assigned()).isEqualTo(WITH_SERVER.contains(expected) ? 1 : 0);
      actors.leave();
      stage.assertNothingLeft();
    }
  }
}
