package org.pgdeeplake.proxy.peers;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.demand.Load;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.Topology;

/**
 * What this replica tells the others. However many listen, it is looked at once: soon after a
 * change, and again at the beat of its owner. Confined to its loop, but for {@link #changed}.
 */
final class OwnState {
  /** Changes within so long share a line. */
  private static final Duration COALESCE = Duration.ofMillis(50);

  private final String id;
  private final String name;
  private final EventLoop loop;
  private final Operations operations;
  private final Wishes wishes;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** A look that will show the last change is on its way; set by any thread. */
  private final AtomicBoolean awaited = new AtomicBoolean();

  private long lastNanos = System.nanoTime() - COALESCE.toNanos();
  private long sequence;
  private String text = "";

  OwnState(String id, String name, EventLoop loop, Operations operations, Wishes wishes) {
    this.id = id;
    this.name = name;
    this.loop = loop;
    this.operations = operations;
    this.wishes = wishes;
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  void listen(Runnable listener) {
    if (listeners.isEmpty()) {
      look(false); // Nobody has told of changes.
    }
    listeners.add(listener);
  }

  void leave(Runnable listener) {
    listeners.remove(listener);
  }

  /** Something may be different; on any thread. */
  void changed() {
    if (listeners.isEmpty() || !awaited.compareAndSet(false, true)) {
      return;
    }
    try {
      loop.execute(() -> {
        long pause = lastNanos + COALESCE.toNanos() - System.nanoTime();
        if (pause <= 0) {
          publish();
        } else {
          var _ = loop.schedule(this::publish, pause, TimeUnit.NANOSECONDS);
        }
      });
    } catch (RejectedExecutionException e) {
      // The loop has ended, and all that listen with it.
      listeners.clear();
    }
  }

  /** Looks, and tells those that listen. */
  void publish() {
    // Before the look: a change after it gets a look of its own.
    awaited.set(false);
    lastNanos = System.nanoTime();
    look(false);
    listeners.forEach(Runnable::run);
  }

  private void look(boolean leaving) {
    Topology topology = operations.topology();
    Map<String, Load> loads = new HashMap<>();
    for (Backend backend : topology.backends()) {
      loads.put(backend.name(), operations.demand().load(backend.name()));
    }
    Map<ServerName, Integer> sessions = new HashMap<>();
    for (Topology.Place place : topology.places()) {
      sessions.put(ServerName.of(place), place.server().sessions());
    }
    text =
        StateLine.text(new PeerState(id, name, ++sequence, leaving, loads, sessions, wishes.all()));
  }

  /** As it was looked at last; to be asked by who listens. */
  String text() {
    return text;
  }

  /** The last word. */
  String bye() {
    look(true);
    return text;
  }
}
