package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.hook.DefaultShutdownHook;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Events and session lines, both to standard output. The section log of the configuration file
 * changes levels and format at the start and at every reload ({@link Logging}). Logback finds this
 * as a service where it was not started by {@link QuickLogback}: whoever has a file of his own goes
 * first.
 */
public final class LogbackSetup extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
        || LogbackSetup.class.getClassLoader().getResource(ClassicConstants.TEST_AUTOCONFIG_FILE)
            != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    apply(context);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void apply(LoggerContext context) {
    writeOutAtTheEnd(context);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    context.getLogger(Logging.OURS).setLevel(Level.INFO);
    Logger sessions = context.getLogger(SessionLines.SESSION);
    sessions.setLevel(Level.INFO);
    sessions.setAdditive(false);
    // Two queues, so that sessions do not push events out.
    sessions.addAppender(queue(context, "sessions"));
    root.addAppender(queue(context, "events"));
  }

  private static LineQueue queue(LoggerContext context, String name) {
    LineQueue queue = new LineQueue();
    queue.setContext(context);
    queue.setName(name);
    queue.start();
    return queue;
  }

  /** What is still queued when the process ends. */
  private static void writeOutAtTheEnd(LoggerContext context) {
    DefaultShutdownHook hook = new DefaultShutdownHook();
    hook.setContext(context);
    Thread thread = new Thread(hook, "log-end");
    context.putObject(CoreConstants.SHUTDOWN_HOOK_THREAD, thread);
    Runtime.getRuntime().addShutdownHook(thread);
  }
}
