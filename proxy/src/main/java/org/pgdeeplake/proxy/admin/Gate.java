package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.peers.PeerDoor;
import org.pgdeeplake.proxy.stats.MessagePage;

/** Who may come in: basic authentication (RFC 7617), and no page of somebody else's. Any thread. */
final class Gate {
  /** HAProxy's, so that browsers and scripts go on with what they know. */
  static final String REALM = "Basic realm=\"HAProxy Statistics\"";

  static final String OFF =
      "this needs credentials, and none are configured;"
          + " set proxy.admin.stats.user and proxy.admin.stats.password";

  private static final String BASIC = "basic ";

  private final Supplier<@Nullable Credentials> credentials;
  private final FailedLogins failures;
  private final PeerDoor peers;

  /**
   * @param credentials that count now; a reload may change them
   */
  Gate(Supplier<@Nullable Credentials> credentials, FailedLogins failures, PeerDoor peers) {
    this.credentials = credentials;
    this.failures = failures;
    this.peers = peers;
  }

  /** What becomes of somebody at the door. */
  sealed interface Verdict {
    /**
     * @param user empty where nobody was asked
     */
    record Enter(String user) implements Verdict {}

    record Refused(Reply reply) implements Verdict {}
  }

  Verdict check(Access access, Request request) {
    if (access == Access.OPEN) {
      return new Verdict.Enter("");
    }
    if (access == Access.PEER) {
      return peer(request);
    }
    Verdict verdict = access == Access.CHANGE ? forged(request) : null;
    return verdict != null ? verdict : authenticate(access, request);
  }

  /** The peer's nonce takes the place of a user. */
  private Verdict peer(Request request) {
    return switch (peers.check(
        request.method().name(),
        request.uri(),
        request.body(),
        request.header(HttpHeaderNames.AUTHORIZATION),
        request.client().getAddress())) {
      case PeerDoor.Verdict.Off() -> refuse(request, HttpResponseStatus.NOT_FOUND, PeerRoutes.OFF);
      case PeerDoor.Verdict.Enter(var nonce) -> new Verdict.Enter(nonce);
      case PeerDoor.Verdict.Refused(var why) ->
          refuse(request, HttpResponseStatus.UNAUTHORIZED, why);
    };
  }

  private static @Nullable Verdict forged(Request request) {
    if (RequestOrigin.foreign(request.headers())) {
      return refuse(
          request,
          HttpResponseStatus.FORBIDDEN,
          "a page of another origin cannot change anything here;"
              + " a proxy in front of this port must pass the Host header on");
    }
    String type = request.header(HttpHeaderNames.CONTENT_TYPE);
    if (type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      // What a form of any page can send is refused, whatever else it says.
      return refuse(
          request,
          HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
          "send no body (curl -X POST, without -d), or application/json");
    }
    return null;
  }

  private Verdict authenticate(Access access, Request request) {
    Credentials right = credentials.get();
    if (right == null && access == Access.PAGE && !request.reads()) {
      // As HAProxy does without its "stats admin"; scripts look at the address.
      return new Verdict.Refused(Reply.seeOther(StatsRoutes.PATH + ";st=DENY"));
    }
    if (right == null) {
      return refuse(request, HttpResponseStatus.FORBIDDEN, OFF);
    }
    String given = request.header(HttpHeaderNames.AUTHORIZATION);
    if (given == null) {
      return unauthorized(request, "user and password are needed (basic authentication)");
    }
    InetAddress client = request.client().getAddress();
    Duration pause = failures.pause(client, given);
    if (pause.isPositive()) {
      Verdict.Refused refused =
          refuse(
              request,
              HttpResponseStatus.TOO_MANY_REQUESTS,
              "too many wrong passwords from your address; try again in a moment");
      long seconds = pause.toSeconds() + 1;
      return new Verdict.Refused(refused.reply().with("Retry-After", String.valueOf(seconds)));
    }
    String pair = decoded(given);
    int colon = pair == null ? -1 : pair.indexOf(':');
    if (pair == null
        || colon < 0
        || !right.accept(pair.substring(0, colon), pair.substring(colon + 1))) {
      failures.failed(client, given);
      return unauthorized(request, "wrong user or password");
    }
    failures.succeeded(client, given);
    return new Verdict.Enter(right.user());
  }

  private static @Nullable String decoded(String authorization) {
    if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return null;
    }
    try {
      String base64 = authorization.substring(BASIC.length()).strip();
      return new String(Base64.getDecoder().decode(base64), UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Verdict unauthorized(Request request, String message) {
    Verdict.Refused refused = refuse(request, HttpResponseStatus.UNAUTHORIZED, message);
    return new Verdict.Refused(refused.reply().with("WWW-Authenticate", REALM));
  }

  private static Verdict.Refused refuse(
      Request request, HttpResponseStatus status, String message) {
    return new Verdict.Refused(
        Objects.requireNonNull(request.path()).startsWith("/stats")
            ? Pages.reply(status, MessagePage.html(status.reasonPhrase(), message))
            : Reply.error(status, message));
  }
}
