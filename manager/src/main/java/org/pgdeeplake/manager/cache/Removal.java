package org.pgdeeplake.manager.cache;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes keys: with UNLINK, which frees their memory beside the commands of others, and with DEL
 * where that is unknown (before Redis 4, or renamed away).
 */
final class Removal {
  /** How a node of a cluster says that a slot is, or is about to be, another's. */
  private static final Pattern ELSEWHERE = Pattern.compile("(MOVED|ASK) \\d+ (\\S+)");

  /** As redis-py's and Lettuce's own. */
  private static final int MOST_REDIRECTIONS = 5;

  private final List<Server> servers;
  private boolean unlink = true;
  private long removed;

  /** More than one: a cluster. */
  Removal(List<Server> servers) {
    this.servers = servers;
  }

  /** How many keys that were still there it has removed; also after a failure. */
  long removed() {
    return removed;
  }

  void remove(Server server, List<byte[]> keys) throws CacheFailed, InterruptedException {
    if (keys.isEmpty()) {
      return;
    }
    try {
      send(server, keys);
    } catch (CacheFailed e) {
      if (!unlink || !e.answer().contains("unknown command")) {
        throw e;
      }
      unlink = false;
      send(server, keys);
    }
  }

  private void send(Server server, List<byte[]> keys) throws CacheFailed, InterruptedException {
    if (!server.clustered()) {
      removed += server.replies().await(command(server, keys.toArray(byte[][]::new)));
      return;
    }
    // A cluster takes only keys of one slot in one command.
    List<RedisFuture<Long>> answers = new ArrayList<>();
    keys.forEach(key -> answers.add(command(server, key)));
    for (int i = 0; i < keys.size(); i++) {
      try {
        removed += server.replies().await(answers.get(i));
      } catch (CacheFailed e) {
        removed += follow(e, keys.get(i));
      }
    }
  }

  /** A key that is on its way has two servers that name each other, and one that takes ASKING. */
  private long follow(CacheFailed redirected, byte[] key) throws CacheFailed, InterruptedException {
    CacheFailed failed = redirected;
    for (int i = 0; i < MOST_REDIRECTIONS; i++) {
      Matcher elsewhere = ELSEWHERE.matcher(failed.answer());
      if (!elsewhere.lookingAt()) {
        throw failed;
      }
      Server owner = server(elsewhere.group(2), failed);
      if (elsewhere.group(1).equals("ASK")) {
        // Counts for the next command of this connection, and nobody else has it.
        var _ = owner.commands().asking();
      }
      try {
        return owner.replies().await(command(owner, key));
      } catch (CacheFailed e) {
        failed = e;
      }
    }
    throw failed;
  }

  private Server server(String place, CacheFailed failed) throws CacheFailed {
    for (Server each : servers) {
      if (each.replies().server().equals(place)) {
        return each;
      }
    }
    throw failed;
  }

  private RedisFuture<Long> command(Server server, byte[]... keys) {
    RedisClusterAsyncCommands<byte[], byte[]> commands = server.commands();
    return unlink ? commands.unlink(keys) : commands.del(keys);
  }
}
