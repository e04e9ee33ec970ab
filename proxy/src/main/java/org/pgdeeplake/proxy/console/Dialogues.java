package org.pgdeeplake.proxy.console;

import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** The sessions that are logged in, by the keys that cancel their commands. Any thread. */
final class Dialogues {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Longer ones are known from protocol 3.2 on. */
  private static final int SECRET_BYTES_3_0 = 4;

  private static final int SECRET_BYTES_3_2 = 32;

  private final Map<CancelKey, Dialogue> all = new ConcurrentHashMap<>();
  private final AtomicInteger places = new AtomicInteger();
  private final AtomicInteger lastProcessId = new AtomicInteger();

  /** Takes one of so many places; false where there is none. */
  boolean admit(int limit) {
    if (places.incrementAndGet() <= limit) {
      return true;
    }
    places.decrementAndGet();
    return false;
  }

  int processId() {
    return lastProcessId.incrementAndGet();
  }

  /**
   * @param minor of protocol version 3
   */
  static byte[] secret(int minor) {
    byte[] secret = new byte[minor >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0];
    RANDOM.nextBytes(secret);
    return secret;
  }

  void began(CancelKey key, Dialogue dialogue) {
    all.put(key, dialogue);
  }

  /** Gives back its key and its place. */
  void ended(CancelKey key) {
    if (all.remove(key) != null) {
      places.decrementAndGet();
    }
  }

  /** Ends what it runs; an unknown key does nothing, as in PostgreSQL. */
  void cancel(CancelKey key) {
    @Nullable Dialogue dialogue = all.get(key);
    if (dialogue != null) {
      dialogue.cancel();
    }
  }
}
