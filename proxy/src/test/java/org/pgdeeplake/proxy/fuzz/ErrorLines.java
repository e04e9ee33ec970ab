package org.pgdeeplake.proxy.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What the proxy says at ERROR: it calls its own bugs so, and no stranger may be able to make it
 * say that. Everything else is silent while this is open.
 */
final class ErrorLines implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.pgdeeplake.proxy");
  private final @Nullable Level before = logger.getLevel();
  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          events.add(event);
        }
      };

  ErrorLines() {
    logger.setLevel(Level.ERROR);
    appender.start();
    logger.addAppender(appender);
  }

  /**
   * @throws AssertionError where something was said since the last call
   */
  void check() {
    ILoggingEvent event = events.poll();
    events.clear();
    if (event != null) {
      throw new AssertionError("logged: " + event.getFormattedMessage(), cause(event));
    }
  }

  private static @Nullable Throwable cause(ILoggingEvent event) {
    IThrowableProxy proxy = event.getThrowableProxy();
    return proxy instanceof ch.qos.logback.classic.spi.ThrowableProxy known
        ? known.getThrowable()
        : null;
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(before);
  }
}
