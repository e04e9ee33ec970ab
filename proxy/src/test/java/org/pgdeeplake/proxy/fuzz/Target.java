package org.pgdeeplake.proxy.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pgdeeplake.proxy.admin.AdminTarget;
import org.pgdeeplake.proxy.console.ConsoleTarget;
import org.pgdeeplake.proxy.discovery.DnsAnswerTarget;
import org.pgdeeplake.proxy.peers.PeerLineTarget;
import org.pgdeeplake.proxy.scaler.ScalerTarget;
import org.pgdeeplake.proxy.session.RelayTarget;
import org.pgdeeplake.proxy.session.SessionTarget;
import org.pgdeeplake.proxy.tls.ClientHelloTarget;
import org.pgdeeplake.proxy.tls.PemTarget;
import org.pgdeeplake.proxy.tls.ServerHelloTarget;

/**
 * One target.
 *
 * @param word as on the command line, and as its directory of inputs is called
 * @param longest input that the fuzzer makes, in bytes: beyond what it reads at most
 * @param invariant what must hold for any bytes, beyond that nothing else is thrown
 */
record Target(String word, int longest, String invariant, Callable<FuzzTarget> maker) {
  private static final int SHORT = 4_096;

  /** A StartupMessage has 10,000 bytes, a TLS record 16 KiB. */
  private static final int STARTUP = 20_000;

  /** An error of a server that is not over after 30,000 bytes is none. */
  private static final int REPLY = 40_000;

  /** Bodies of requests and the console's messages have 64 KiB. */
  private static final int MESSAGE = 80_000;

  static final List<Target> ALL =
      List.of(
          new Target(
              "startup",
              STARTUP,
              "a packet, an error or more is needed; what is said of the beginning stands",
              StartupTarget::new),
          new Target(
              "server-reply",
              REPLY,
              "what is said of the beginning stands; withholding channel binding adds nothing",
              ServerReplyTarget::new),
          new Target(
              "server-peek",
              SHORT,
              "in any pieces as a second reading of all: cancel keys, ReadyForQuery, messages",
              ServerPeekTarget::new),
          new Target(
              "client-hello", STARTUP, "a ClientHello, or Malformed", ClientHelloTarget::new),
          new Target(
              "server-hello",
              STARTUP,
              "every byte passes unchanged, in any pieces",
              ServerHelloTarget::new),
          new Target(
              "session",
              STARTUP,
              "it waits for more, or in the queue, or has ended; then nothing of it is left",
              () -> new SessionTarget(SessionTarget.Door.PLAIN)),
          new Target(
              "proxy-header",
              STARTUP,
              "the same behind a load balancer, versions 1 and 2",
              () -> new SessionTarget(SessionTarget.Door.PROXY_HEADER)),
          new Target(
              "tls-session",
              STARTUP,
              "the same where TLS ends at the proxy",
              () -> new SessionTarget(SessionTarget.Door.TLS)),
          new Target(
              "relay",
              STARTUP,
              "each side has every byte of the other; a client hears none of a server that failed",
              RelayTarget::new),
          new Target(
              "admin",
              MESSAGE,
              "each whole request is answered, in HTTP, never by 500; no header is injected",
              AdminTarget::new),
          new Target(
              "console-login",
              MESSAGE,
              "answers are whole messages, none is XX000",
              () -> new ConsoleTarget(false)),
          new Target(
              "console", MESSAGE, "the same for who has logged in", () -> new ConsoleTarget(true)),
          new Target("query", MESSAGE, "a result, or QueryException", QueryTarget::new),
          new Target(
              "peer-line",
              SHORT,
              "a state that is written as it is read, or BadLine; no signature is guessed",
              PeerLineTarget::new),
          new Target("scaler", SHORT, "a request, or INVALID_ARGUMENT", ScalerTarget::new),
          new Target("dns-answer", SHORT, "addresses, each once, or none", DnsAnswerTarget::new),
          new Target(
              "config",
              STARTUP,
              "a configuration, or ConfigException that names the file",
              ConfigTarget::new),
          new Target(
              "pem", STARTUP, "certificates and a key, or TlsFileException", PemTarget::new));

  static Optional<Target> of(String word) {
    return ALL.stream().filter(target -> target.word().equals(word)).findFirst();
  }

  @Override
  public String toString() {
    return word;
  }

  /** A new one, with all that it needs. */
  Checked open() throws Exception {
    return new Checked(maker.call());
  }

  /** The target's own invariant, and that nothing is logged as a bug of the proxy. */
  static final class Checked implements FuzzTarget {
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
      try (errors) {
        target.close();
      }
    }
  }
}
