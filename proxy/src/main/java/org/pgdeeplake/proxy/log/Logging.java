package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.LogConfig;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.Reporter;

/**
 * The log of this process. Has no say where Logback was configured by somebody else's file ({@code
 * -Dlogback.configurationFile}). Any thread.
 */
public final class Logging {
  static final String OURS = "org.pgdeeplake";

  private final @Nullable LoggerContext context;
  private final List<LineQueue> queues;

  private Logging(@Nullable LoggerContext context, List<LineQueue> queues) {
    this.context = context;
    this.queues = queues;
  }

  /**
   * The first thing that a process does, before anybody has a logger: from now on its log is that
   * of {@link LogbackSetup}, without a search. Nothing happens where the user has a file or a
   * logging of his own ({@code -Dlogback.configurationFile}, {@code -Dslf4j.provider}).
   */
  public static void begin() {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) == null
        && System.getProperty(LoggerFactory.PROVIDER_PROPERTY_KEY) == null) {
      System.setProperty(LoggerFactory.PROVIDER_PROPERTY_KEY, QuickLogback.class.getName());
      if (System.getProperty(Reporter.SLF4J_INTERNAL_VERBOSITY_KEY) == null) {
        // Or it says on standard error whom it was told to take.
        System.setProperty(Reporter.SLF4J_INTERNAL_VERBOSITY_KEY, "WARN");
      }
    }
  }

  public static Logging ofProcess() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? of(context)
        : new Logging(null, List.of());
  }

  static Logging of(LoggerContext context) {
    List<LineQueue> queues = new ArrayList<>();
    for (Logger logger : context.getLoggerList()) {
      for (var appenders = logger.iteratorForAppenders(); appenders.hasNext(); ) {
        Appender<ILoggingEvent> appender = appenders.next();
        if (appender instanceof LineQueue queue) {
          queues.add(queue);
        }
      }
    }
    return new Logging(queues.isEmpty() ? null : context, List.copyOf(queues));
  }

  /** From now on; no line is lost by it. */
  public synchronized void apply(LogConfig config) {
    if (context == null) {
      return;
    }
    LineFormat format =
        switch (config.format()) {
          case TEXT -> LineFormat.TEXT;
          case JSON -> LineFormat.JSON;
        };
    queues.forEach(queue -> queue.format(format));
    Level level = Objects.requireNonNull(Level.toLevel(config.level().name()));
    context.getLogger(OURS).setLevel(level);
    context.getLogger(SessionLines.SESSION).setLevel(config.sessions() ? level : Level.OFF);
    context.getLogger(SessionLines.FAILED).setLevel(level);
    // Of libraries only what they warn of.
    Level others = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(others);
  }

  /** Lines that were lost since the start, as whoever reads them did not keep up. */
  public long dropped() {
    return queues.stream().mapToLong(LineQueue::dropped).sum();
  }
}
