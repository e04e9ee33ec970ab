package org.pgdeeplake.proxy.console;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.pgdeeplake.proxy.net.ClientKey;

/**
 * Who may come in: so many at once, and of one address so many that have not logged in. Others are
 * heard all the same, since they may want to cancel, and are told why they may not stay; where they
 * are too many, the oldest of them goes, who had the time to say it. Any thread.
 */
final class Door {
  private final Limits limits;
  private final Map<String, Integer> strangers = new HashMap<>();
  private final Deque<Channel> surplus = new ArrayDeque<>();
  private int taken;

  Door(Limits limits) {
    this.limits = limits;
  }

  /** Of one connection, until its channel closes. */
  final class Place {
    private final String client;
    private final boolean stays;
    private boolean stranger;

    private Place(String client, boolean stays) {
      this.client = client;
      this.stays = stays;
      this.stranger = stays;
    }

    /** Whether it may log in. */
    boolean stays() {
      return stays;
    }

    /** It has logged in. */
    void known() {
      synchronized (Door.this) {
        if (stranger) {
          stranger = false;
          strangers.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
        }
      }
    }
  }

  synchronized Place enter(Channel channel) {
    String client = ClientKey.of(((InetSocketAddress) channel.remoteAddress()).getAddress());
    boolean stays =
        taken < limits.connections() && strangers.getOrDefault(client, 0) < limits.strangers();
    Place place = new Place(client, stays);
    if (stays) {
      taken++;
      strangers.merge(client, 1, Integer::sum);
    } else {
      surplus.add(channel);
      if (surplus.size() > limits.connections()) {
        surplus.remove().pipeline().fireUserEventTriggered(Connection.GIVE_WAY);
      }
    }
    var _ = channel.closeFuture().addListener(closed -> left(channel, place));
    return place;
  }

  private synchronized void left(Channel channel, Place place) {
    if (place.stays()) {
      place.known();
      taken--;
    } else {
      surplus.remove(channel);
    }
  }
}
