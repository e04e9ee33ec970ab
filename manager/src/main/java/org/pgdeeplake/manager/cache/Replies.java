package org.pgdeeplake.manager.cache;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for answers of one server, at most so long for each. */
record Replies(String server, boolean tls, Duration limit) {
  /** As {@link Future#get}; whatever goes wrong is a failure in our words. */
  <T> T await(Future<T> reply) throws CacheFailed, InterruptedException {
    try {
      return reply.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      reply.cancel(true);
      throw Failures.silent(this);
    } catch (ExecutionException e) {
      throw Failures.of(this, e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException e) {
      throw Failures.of(this, e);
    }
  }
}
