package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.postgres.CancelKey;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.ProtocolVersion;
import org.pgdeeplake.proxy.postgres.ScramLogin;
import org.pgdeeplake.proxy.postgres.StartupPacket.CancelRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.DirectTls;
import org.pgdeeplake.proxy.postgres.StartupPacket.GssEncRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.SslRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.StartupMessage;

/**
 * From the first packet to the right password. What is wrong, the user or the password, shows in no
 * answer. On its connection's loop.
 */
final class Login {
  private static final String INVALID_PASSWORD = "28P01";
  private static final String NO_SUCH_DATABASE = "3D000";
  private static final char SASL_RESPONSE = 'p';

  /** As PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH. */
  private static final int MAX_SASL_BYTES = 1024;

  /** Of each kind one. */
  private static final int MAX_ENCRYPTION_REQUESTS = 2;

  private enum Step {
    STARTUP,
    FIRST,
    LAST,
    OVER
  }

  private final Connection connection;
  private final Access access;
  private final Services services;
  private final Door.Place place;
  private Step step = Step.STARTUP;
  private int encryptionRequests;
  private @Nullable StartupMessage startup;
  private @Nullable ScramLogin scram;

  /** Until it may be this attempt's turn. */
  private @Nullable ScheduledFuture<?> turn;

  Login(Connection connection, Services services, Door.Place place) {
    this.connection = connection;
    this.access = services.access();
    this.services = services;
    this.place = place;
  }

  void startup(Inbound.Startup packet) {
    switch (packet.packet()) {
      case SslRequest(), GssEncRequest() -> {
        if (++encryptionRequests > MAX_ENCRYPTION_REQUESTS) {
          fail(ErrorResponse.PROTOCOL_VIOLATION, "too many requests for encryption");
        } else {
          connection.refuseEncryption();
        }
      }
      case CancelRequest(CancelKey key) -> {
        services.dialogues().cancel(key);
        connection.close();
      }
      case StartupMessage message -> begin(message, packet.bytes());
      case DirectTls() -> throw new IllegalStateException("not decoded here");
    }
  }

  private void begin(StartupMessage message, ByteBuf packet) {
    if (!place.stays()) {
      connection.fatal(full(services.limits()));
      return;
    }
    startup = message;
    scram = access.begin(message.user());
    step = Step.FIRST;
    connection.send(messages -> {
      ProtocolVersion.negotiation(message.minor(), packet)
          .ifPresent(unknown ->
              messages.negotiateProtocolVersion(
                  Math.min(message.minor(), ProtocolVersion.NEWEST_MINOR), unknown));
      messages.authenticationSasl(ScramLogin.MECHANISM);
    });
    connection.flush();
  }

  void message(Inbound.Message message) {
    ScramLogin login = scram;
    if (login == null || step == Step.OVER || message.type() != SASL_RESPONSE) {
      fail(ErrorResponse.PROTOCOL_VIOLATION, "expected SASL response");
      return;
    }
    if (message.body().readableBytes() > MAX_SASL_BYTES) {
      fail(ErrorResponse.PROTOCOL_VIOLATION, "SASL response is too long");
      return;
    }
    try {
      if (step == Step.FIRST) {
        step = Step.LAST;
        String answer = login.first(initialResponse(new Body(message.body())));
        connection.send(messages -> messages.saslContinue(answer));
        connection.flush();
      } else {
        step = Step.OVER;
        verify(login, new Body(message.body()).rest());
      }
    } catch (ScramLogin.Malformed | ConsoleException e) {
      fail(ErrorResponse.PROTOCOL_VIOLATION, String.valueOf(e.getMessage()));
    }
  }

  private static String initialResponse(Body body) throws ConsoleException {
    if (!body.string().equals(ScramLogin.MECHANISM)) {
      throw ConsoleException.of(
          ErrorResponse.PROTOCOL_VIOLATION,
          "client selected an invalid SASL authentication mechanism",
          "");
    }
    ByteBuf first = body.bytes();
    body.end();
    return first == null ? "" : first.toString(StandardCharsets.UTF_8);
  }

  /** When it is this attempt's turn. */
  private void verify(ScramLogin login, String last) {
    long pause =
        access
            .pace()
            .pause(
                this, connection.client().getAddress(), System.nanoTime(), connection.leftNanos());
    if (pause == LoginPace.TOO_LONG) {
      services.metrics().consoleLogin(false);
      connection.fatal(
          new ErrorResponse(
              ErrorResponse.TOO_MANY_CONNECTIONS,
              "too many attempts to log in from this address",
              "",
              "Try again in a moment."));
    } else if (pause > 0) {
      turn = connection.after(Duration.ofNanos(pause), () -> verify(login, last));
    } else {
      try {
        decide(login.last(last));
      } catch (ScramLogin.Malformed e) {
        fail(ErrorResponse.PROTOCOL_VIOLATION, String.valueOf(e.getMessage()));
      }
    }
  }

  /** The connection ends, or has ended. */
  void ended() {
    if (turn != null) {
      turn.cancel(false);
      access.pace().leave(this, connection.client().getAddress());
    }
  }

  private void decide(Optional<String> proof) {
    StartupMessage message = startup;
    if (message == null || connection.ending()) {
      return;
    }
    if (proof.isEmpty()) {
      services.metrics().consoleLogin(false);
      access.pace().failed(connection.client().getAddress(), System.nanoTime());
      fail(INVALID_PASSWORD, "password authentication failed for user \"" + message.user() + "\"");
      return;
    }
    if (!Access.DATABASES.contains(message.database())) {
      connection.fatal(
          new ErrorResponse(
              NO_SUCH_DATABASE,
              "database \"" + message.database() + "\" does not exist",
              "This is the console of pgproxy; databases are behind its frontends.",
              "Connect to the database pgproxy (psql -d pgproxy)."));
      return;
    }
    int sessions = services.limits().sessions();
    if (!services.dialogues().admit(sessions)) {
      connection.fatal(full("It takes " + sessions + " at once."));
      return;
    }
    welcome(message, proof.get());
  }

  private static ErrorResponse full(String detail) {
    return new ErrorResponse(
        ErrorResponse.TOO_MANY_CONNECTIONS,
        "too many connections to the console",
        detail,
        "Close one, or try again in a moment.");
  }

  /** For whom the console has no place. */
  static ErrorResponse full(Limits limits) {
    return full(
        "It takes %d at once, and from one address %d that have not logged in."
            .formatted(limits.connections(), limits.strangers()));
  }

  private void welcome(StartupMessage message, String proof) {
    place.known();
    services.metrics().consoleLogin(true);
    Dialogues dialogues = services.dialogues();
    int processId = dialogues.processId();
    byte[] secret = Dialogues.secret(message.minor());
    CancelKey key = new CancelKey(processId, secret);
    Dialogue dialogue =
        new Dialogue(
            connection,
            services.catalog(),
            new Caller("console", message.user(), connection.client()),
            () -> dialogues.ended(key));
    dialogues.began(key, dialogue);
    connection.send(messages -> {
      messages.saslFinal(proof).authenticationOk();
      ClientStatements.parameters(message.user()).forEach(messages::parameterStatus);
      messages.parameterStatus("application_name", message.applicationName());
      messages.backendKeyData(processId, secret).readyForQuery('I');
    });
    connection.flush();
    connection.begin(dialogue);
  }

  private void fail(String sqlState, String message) {
    step = Step.OVER;
    connection.fatal(ErrorResponse.fatal(sqlState, message));
  }
}
