package org.pgdeeplake.proxy.fuzz;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pgdeeplake.proxy.admin.AdminTarget;
import org.pgdeeplake.proxy.console.ConsoleTarget;
import org.pgdeeplake.proxy.discovery.DnsAnswerTarget;
import org.pgdeeplake.proxy.peers.PeerLineTarget;
import org.pgdeeplake.proxy.scaler.ScalerTarget;
import org.pgdeeplake.proxy.tls.ClientHelloTarget;
import org.pgdeeplake.proxy.tls.PemTarget;
import org.pgdeeplake.proxy.tls.ServerHelloTarget;

/** Every target, and what must hold for any bytes, beyond that nothing else is thrown. */
enum Target {
  STARTUP(
      "a packet, 08P01 or more is needed; what is said of the beginning stands when more comes",
      StartupTarget::new),
  SERVER_REPLY(
      "what is said of the beginning stands; withholding channel binding adds nothing",
      ServerReplyTarget::new),
  SERVER_PEEK(
      "in any pieces the same as a second reading of all: cancel keys, ReadyForQuery, messages",
      ServerPeekTarget::new),
  CLIENT_HELLO("a ClientHello, or malformed", ClientHelloTarget::new),
  SERVER_HELLO("every byte passes unchanged, in any pieces", ServerHelloTarget::new),
  SESSION(
      "it waits for more, or in the queue, or has ended; then nothing of it is left",
      () -> new SessionTarget(SessionTarget.Door.PLAIN)),
  PROXY_HEADER(
      "the same behind a load balancer, versions 1 and 2",
      () -> new SessionTarget(SessionTarget.Door.PROXY_HEADER)),
  TLS_SESSION(
      "the same where TLS ends at the proxy, with Java's own",
      () -> new SessionTarget(SessionTarget.Door.TLS)),
  ADMIN("answers are HTTP, none is 500, no header is injected", AdminTarget::new),
  CONSOLE_LOGIN(
      "answers are whole messages, none is XX000", () -> new ConsoleTarget(false)),
  CONSOLE("the same for who has logged in", () -> new ConsoleTarget(true)),
  QUERY("a result, or QueryException", QueryTarget::new),
  PEER_LINE("a state that is written as it is read, or BadLine", PeerLineTarget::new),
  SCALER("a request, or INVALID_ARGUMENT", ScalerTarget::new),
  DNS_ANSWER("addresses, each once, or none", DnsAnswerTarget::new),
  CONFIG("a configuration, or ConfigException that names the file", ConfigTarget::new),
  PEM("certificates and a key, or TlsFileException", PemTarget::new);

  private final String invariant;
  private final Callable<FuzzTarget> maker;

  Target(String invariant, Callable<FuzzTarget> maker) {
    this.invariant = invariant;
    this.maker = maker;
  }

  String invariant() {
    return invariant;
  }

  /** As on the command line, and as its directory of inputs is called. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Target> of(String word) {
    return Arrays.stream(values()).filter(target -> target.word().equals(word)).findFirst();
  }

  /** A new one, with all that it needs. */
  Checked open() throws Exception {
    return new Checked(maker.call());
  }

  /** The target's own invariant, and that nothing is logged as a bug of the proxy. */
  static final class Checked implements FuzzTarget, AutoCloseable {
    private final FuzzTarget target;
    private final ErrorLines errors = new ErrorLines();

    private Checked(FuzzTarget target) {
      this.target = target;
    }

    @Override
    public void check(byte[] input) throws Exception {
      target.check(input);
      errors.check();
    }

    @Override
    public void close() {
      errors.close();
    }
  }
}
