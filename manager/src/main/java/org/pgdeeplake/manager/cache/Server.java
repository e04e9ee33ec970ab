package org.pgdeeplake.manager.cache;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;

/** One server that holds keys: what is asked of it alone. */
record Server(
    RedisClusterAsyncCommands<byte[], byte[]> commands, Replies replies, boolean clustered) {
  /** Bounds how long one SCAN keeps Redis from serving others. */
  private static final int BATCH = 1000;

  /** What is done with each batch of keys; false ends it. */
  @FunctionalInterface
  interface Batches {
    boolean next(List<byte[]> keys) throws CacheFailed, InterruptedException;
  }

  InfoReply info() throws CacheFailed, InterruptedException {
    return InfoReply.parse(replies.server(), replies.await(commands.info()));
  }

  long keys() throws CacheFailed, InterruptedException {
    return replies.await(commands.dbsize());
  }

  /**
   * Every key that is there from begin to end at least once; those that come or go meanwhile may be
   * among them. False: it was ended.
   */
  boolean scan(String pattern, Batches batches) throws CacheFailed, InterruptedException {
    ScanArgs arguments = new ScanArgs().match(pattern).limit(BATCH);
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      KeyScanCursor<byte[]> reply = replies.await(commands.scan(cursor, arguments));
      if (!batches.next(reply.getKeys())) {
        return false;
      }
      cursor = reply;
    } while (!cursor.isFinished());
    return true;
  }
}
