package org.pgdeeplake.proxy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.net.Listener;

/**
 * Every address that is open, by who listens there. Other addresses take their place together, or
 * not at all. {@link #prepare} and {@link #use} are for one thread at a time, the rest for any.
 */
final class Ports {
  /** To be quiet and closed. */
  private static final Duration LEAVING = Duration.ofSeconds(2);

  /** Retired, and perhaps still open. Confined to who prepares. */
  private final List<Listener> leaving = new ArrayList<>();

  private volatile Map<Owner, Listener> open = Map.of();

  /**
   * Who listens.
   *
   * @param kind what comes in there; an address may change hands within it
   * @param name empty where there is one of its kind
   */
  record Owner(String kind, String name) {
    // What records get is made at the first use, which the start would wait for.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Owner(String otherKind, String otherName)
          && kind.equals(otherKind)
          && name.equals(otherName);
    }

    @Override
    public int hashCode() {
      return 31 * kind.hashCode() + name.hashCode();
    }

    @Override
    public String toString() {
      return name.isEmpty() ? kind : kind + " " + name;
    }
  }

  /** Opens an address; blocks. */
  @FunctionalInterface
  interface Opener {
    Listener open(HostPort bind) throws IOException;
  }

  /**
   * @param key of the address in the configuration, from the root
   */
  record Wanted(Owner owner, HostPort bind, Opener opener, List<String> key) {}

  /**
   * Addresses that are open beside those of now; one of {@link #use} and {@link #discard} follows.
   */
  record Prepared(Map<Owner, Listener> listeners, List<Listener> opened) {
    Listener of(Owner owner) {
      return Objects.requireNonNull(listeners.get(owner), owner::toString);
    }

    boolean isNew(Owner owner) {
      return opened.contains(of(owner));
    }

    void discard() {
      opened.forEach(Listener::close);
    }
  }

  /**
   * Opens what is wanted and not open yet. Whoever keeps an address keeps its listener, and one
   * that somebody gives up goes to who wants it: nobody who connects meanwhile sees it closed.
   *
   * @throws StartException with every address that cannot be opened; nothing is left open then
   */
  Prepared prepare(List<Wanted> wanted, LoadedConfig file) throws StartException {
    Map<Owner, Listener> listeners = new LinkedHashMap<>();
    for (Wanted one : wanted) {
      Listener mine = open.get(one.owner());
      if (mine != null && mine.bind().equals(one.bind())) {
        listeners.put(one.owner(), mine);
      }
    }
    List<Listener> opened = new ArrayList<>();
    Prepared prepared = new Prepared(listeners, opened);
    try {
      List<String> problems = new ArrayList<>();
      for (Wanted one : wanted) {
        if (!listeners.containsKey(one.owner())) {
          find(one, prepared, file, problems);
        }
      }
      if (!problems.isEmpty()) {
        throw new StartException(problems);
      }
    } catch (StartException | RuntimeException | Error e) {
      prepared.discard();
      throw e;
    }
    return prepared;
  }

  private void find(Wanted one, Prepared prepared, LoadedConfig file, List<String> problems) {
    Listener listener = givenUp(one, prepared.listeners());
    if (listener == null) {
      try {
        listener = open(one);
        prepared.opened().add(listener);
      } catch (IOException e) {
        problems.add(problem(one, e, file));
        return;
      }
    }
    prepared.listeners().put(one.owner(), listener);
  }

  /** The address may be one that was given up a moment ago and is not closed yet. */
  private Listener open(Wanted one) throws IOException {
    leaving.removeIf(listener -> !listener.open());
    try {
      return one.opener().open(one.bind());
    } catch (IOException e) {
      if (leaving.isEmpty()) {
        throw e;
      }
      for (Listener listener : leaving) {
        listener.awaitClosed(LEAVING);
      }
      return one.opener().open(one.bind());
    }
  }

  private @Nullable Listener givenUp(Wanted wanted, Map<Owner, Listener> taken) {
    if (wanted.bind().port() == 0 || open.isEmpty()) {
      return null;
    }
    return open.entrySet().stream()
        .filter(entry -> entry.getKey().kind().equals(wanted.owner().kind()))
        .map(Map.Entry::getValue)
        .filter(one -> one.bind().equals(wanted.bind()) && !taken.containsValue(one))
        .findFirst()
        .orElse(null);
  }

  private String problem(Wanted wanted, IOException cause, LoadedConfig file) {
    String overlap =
        open.entrySet().stream()
            .filter(entry -> entry.getValue().bind().port() == wanted.bind().port())
            .filter(entry -> wanted.bind().port() != 0)
            .map(entry ->
                "; %s has %s until then, and what overlaps that needs a restart"
                    .formatted(entry.getKey(), entry.getValue().bind()))
            .findFirst()
            .orElse("");
    return "%s: cannot listen on %s (%s): %s%s"
        .formatted(
            file.where(wanted.key().toArray(String[]::new)),
            wanted.bind(),
            wanted.owner(),
            cause.getMessage(),
            overlap);
  }

  /** These are the open addresses from now on; the others close as soon as they are quiet. */
  void use(Prepared prepared) {
    Map<Owner, Listener> before = open;
    open = prepared.listeners();
    before.values().stream()
        .filter(listener -> !open.containsValue(listener))
        .forEach(listener -> {
          listener.retire();
          leaving.add(listener);
        });
  }

  /** Closes those of this kind. */
  void close(String kind) {
    open.forEach((owner, listener) -> {
      if (owner.kind().equals(kind)) {
        listener.close();
      }
    });
  }
}
