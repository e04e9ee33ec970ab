package org.pgdeeplake.proxy.session;

import java.util.List;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

/** How a session gets into each state; in CONNECTING no server answers. */
enum Situation {
  AWAITING_PROXY_HEADER("AwaitingProxyHeader"),
  HALF_A_PROXY_HEADER("AwaitingProxyHeader"),
  AWAITING_STARTUP("AwaitingStartup"),
  HANDSHAKING("Handshaking"),
  QUEUED("Queued"),
  QUEUED_FOR_TLS("Queued"),
  CONNECTING("Connecting"),
  ASKING_FOR_TLS("Connecting"),
  AWAITING_REPLY("AwaitingReply"),
  AWAITING_TLS_REPLY("AwaitingReply"),
  AWAITING_DIRECT_TLS("AwaitingReply"),
  NEGOTIATED("Negotiated"),
  REFUSING("Refusing"),
  AUTHENTICATING("Relaying"),
  IDLE("Relaying"),
  CANCELLING("Cancelling");

  final String state;

  Situation(String state) {
    this.state = state;
  }

  /** Where it can come about. */
  Stage stage(TransportChoice transport, Edge edge) throws Exception {
    return new Stage(
        transport,
        edge,
        this == CONNECTING ? 1 : 50,
        this == ASKING_FOR_TLS ? BackendTls.Mode.REQUIRE : BackendTls.Mode.OFF);
  }

  /** Where it can be reached. */
  List<Edge> edges() {
    return switch (this) {
      case AWAITING_PROXY_HEADER, HALF_A_PROXY_HEADER -> List.of(Edge.PROXY_HEADER);
      case HANDSHAKING -> List.of(Edge.TLS, Edge.TLS_OF_JAVA);
      case QUEUED_FOR_TLS, AWAITING_TLS_REPLY, AWAITING_DIRECT_TLS, NEGOTIATED, REFUSING ->
          List.of(Edge.PLAIN);
      case AWAITING_STARTUP,
          QUEUED,
          CONNECTING,
          ASKING_FOR_TLS,
          AWAITING_REPLY,
          AUTHENTICATING,
          IDLE,
          CANCELLING ->
          List.of(Edge.values());
    };
  }

  boolean insideTls(Edge edge) {
    return edge.tls() && this != HANDSHAKING;
  }
}
