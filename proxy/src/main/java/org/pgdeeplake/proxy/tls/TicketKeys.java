package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;

/**
 * The keys of the session tickets of one context (RFC 5077): only in memory, and never those of
 * another context, so that no session outlives the certificate or the authorities it began with.
 * Java has keys of its own and changes them itself. Not for several threads.
 */
final class TicketKeys {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SslContext context;
  private OpenSslSessionTicketKey current = fresh();

  TicketKeys(SslContext context) {
    this.context = context;
    set(current);
  }

  /** New tickets get a new key; those of the last one stay good until the next call. */
  void rotate() {
    OpenSslSessionTicketKey previous = current;
    current = fresh();
    set(current, previous);
  }

  private void set(OpenSslSessionTicketKey... keys) {
    if (context instanceof ReferenceCountedOpenSslContext openSsl
        && openSsl.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setTicketKeys(keys);
    }
  }

  private static OpenSslSessionTicketKey fresh() {
    return new OpenSslSessionTicketKey(
        random(OpenSslSessionTicketKey.NAME_SIZE),
        random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
        random(OpenSslSessionTicketKey.AES_KEY_SIZE));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
