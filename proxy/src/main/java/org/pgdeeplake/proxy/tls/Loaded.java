package org.pgdeeplake.proxy.tls;

import io.netty.util.IllegalReferenceCountException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FileSetting;

/**
 * What was made of files, and is made anew when they change. Readers are any thread, the changes
 * are made by one at a time.
 */
final class Loaded<G extends Generation> {
  private final String owner;
  private final List<FileSetting> settings;
  private final Build<G> build;
  private final AtomicReference<@Nullable G> current = new AtomicReference<>();
  private @Nullable List<Object> seen;
  private boolean closed;

  /** When its ticket keys were made. */
  private Instant keysSince = Instant.now();

  private Instant expiryTold = Instant.EPOCH;

  /** Makes a generation of files. */
  @FunctionalInterface
  interface Build<G> {
    G from(PemFiles files) throws TlsFileException;
  }

  private Loaded(String owner, List<FileSetting> settings, Build<G> build) {
    this.owner = owner;
    this.settings = settings;
    this.build = build;
  }

  /**
   * @param owner for the log
   */
  static <G extends Generation> Loaded<G> load(
      String owner, List<FileSetting> settings, Build<G> build) throws TlsFileException {
    Loaded<G> loaded = new Loaded<>(owner, settings, build);
    loaded.reload();
    return loaded;
  }

  /** For the log. */
  String owner() {
    return owner;
  }

  G get() {
    return Objects.requireNonNull(current.get(), "closed");
  }

  /**
   * What {@code use} makes of the present generation. It may be replaced and released at the same
   * moment: then {@code use} gets the next.
   */
  <T> T with(Function<G, T> use) {
    while (true) {
      G generation = get();
      try {
        return use.apply(generation);
      } catch (IllegalReferenceCountException e) {
        if (generation.equals(current.get())) {
          throw e;
        }
      }
    }
  }

  /**
   * Looks at the files; where they have changed since the last success, makes the next generation.
   *
   * @return whether there is a new one
   * @throws TlsFileException where the files are wrong: the old one stays
   */
  synchronized boolean reload() throws TlsFileException {
    PemFiles first = PemFiles.read(settings);
    if (first.state().equals(seen)) {
      return false;
    }
    PemFiles files = first.settled(settings);
    if (files.state().equals(seen)) {
      return false;
    }
    G next = build.from(files);
    if (closed) {
      next.release();
      return false;
    }
    seen = files.state();
    keysSince = Instant.now();
    swap(next);
    return true;
  }

  /** Whether the files still are those of the present generation. */
  synchronized boolean unchanged() {
    return PemFiles.read(settings).state().equals(seen);
  }

  /** Gives new session tickets new keys. */
  synchronized void rotateTicketKeys() {
    G generation = current.get();
    if (generation != null) {
      generation.rotateTicketKeys();
    }
  }

  /**
   * The same where those of now are so old, whoever has watched them since.
   *
   * @return whether they were
   */
  synchronized boolean rotateTicketKeys(Instant now, Duration age) {
    if (now.isBefore(keysSince.plus(age))) {
      return false;
    }
    keysSince = now;
    rotateTicketKeys();
    return true;
  }

  /** Whether its end was last told of so long ago, by whoever watched it then. */
  synchronized boolean expiryIsToBeTold(Instant now, Duration age) {
    return !now.isBefore(expiryTold.plus(age));
  }

  synchronized void toldExpiry(Instant now) {
    expiryTold = now;
  }

  synchronized void close() {
    closed = true;
    swap(null);
  }

  private void swap(@Nullable G next) {
    G old = current.getAndSet(next);
    if (old != null) {
      old.release();
    }
  }
}
