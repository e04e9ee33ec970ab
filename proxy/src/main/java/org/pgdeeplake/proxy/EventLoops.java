package org.pgdeeplake.proxy;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.net.Transport;

/**
 * The threads that do the work.
 *
 * @param relay sessions
 * @param control health checks, demand and what else must not wait for bytes
 * @param admin its own: a long answer must not delay a health check
 */
record EventLoops(EventLoopGroup relay, EventLoopGroup control, EventLoopGroup admin) {
  static EventLoops start(Transport transport, int relaying) {
    return new EventLoops(
        transport.relayLoops("loop", relaying),
        transport.loops("control", 1),
        transport.loops("admin", 1));
  }

  /** Blocks until they have ended. */
  void end() {
    end(relay);
    end(admin);
    end(control);
  }

  private static void end(EventLoopGroup loops) {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
