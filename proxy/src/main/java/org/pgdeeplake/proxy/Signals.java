package org.pgdeeplake.proxy;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and the first SIGINT end the proxy gently, a second SIGINT at once; SIGHUP has it read
 * its configuration again. The handlers run on threads of the JVM, one for each signal that
 * arrives.
 */
// A shutdown hook cannot do this: it learns neither which signal it was nor of a second one.
final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private final Runnable drain;
  private final Runnable endNow;
  private int interrupts;

  private Signals(Runnable drain, Runnable endNow) {
    this.drain = drain;
    this.endNow = endNow;
  }

  /**
   * Until {@link #install}; unhandled it would end the process.
   *
   * @return set when it has come: what was being started is older than what is to be read
   */
  static AtomicBoolean postponeHangup() {
    AtomicBoolean hungUp = new AtomicBoolean();
    var _ =
        handle(
            "HUP",
            () -> {
              log.info("SIGHUP: the configuration is read again when the start is over");
              hungUp.set(true);
            });
    return hungUp;
  }

  /**
   * @param drain begins the end and returns at once; called for each signal
   * @param endNow for the second SIGINT; the process ends even if it fails
   * @param reload returns at once
   * @param hungUp of {@link #postponeHangup}
   */
  static Signals install(Runnable drain, Runnable endNow, Runnable reload, AtomicBoolean hungUp) {
    Signals signals = new Signals(drain, endNow);
    var _ = handle("TERM", signals::terminate);
    var _ = handle("INT", signals::interrupt);
    if (!handle("HUP", reload)) {
      log.warn("SIGHUP is ignored, as nohup has it: reload through the API or the console");
    }
    if (hungUp.get()) {
      reload.run();
    }
    return signals;
  }

  /**
   * By reflection: javac warns of every mention of sun.misc.Signal, and cannot be told not to.
   *
   * @return false where whoever started this process has had the signal ignored: Java leaves it so
   */
  // Not by MethodHandleProxies, which takes many times as long at each start.
  private static boolean handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object last =
          signal
              .getMethod("handle", signal, handler)
              .invoke(
                  null,
                  signal.getConstructor(String.class).newInstance(name),
                  java.lang.reflect.Proxy.newProxyInstance(
                      handler.getClassLoader(),
                      new Class<?>[] {handler},
                      (self, method, args) -> answer(self, method, args, action)));
      return !Objects.equals(handler.getField("SIG_IGN").get(null), last);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this Java has no sun.misc.Signal (module jdk.unsupported)", e);
    }
  }

  /** Of a handler, which is one more {@link Object}, too. */
  @SuppressWarnings("ReferenceEquality") // equals would only come here again
  private static @Nullable Object answer(
      Object self, Method method, Object @Nullable [] args, Runnable action) {
    return switch (method.getName()) {
      case "equals" -> args != null && self == args[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "handler of " + Signals.class.getName();
      default -> {
        action.run();
        yield null;
      }
    };
  }

  /** Of a process whose proxy has ended. */
  synchronized int exitCode() {
    return interrupts > 1 ? ProxyCommand.INTERRUPTED : ProxyCommand.OK;
  }

  private void terminate() {
    log.info("SIGTERM: draining");
    drain.run();
  }

  private void interrupt() {
    if (countInterrupt() > 1) {
      try {
        endNow.run();
      } finally {
        // Not exit: shutdown hooks would make the second Ctrl-C wait.
        Runtime.getRuntime().halt(ProxyCommand.INTERRUPTED);
      }
    }
    log.info("SIGINT: draining; once more ends it at once");
    drain.run();
  }

  private synchronized int countInterrupt() {
    return ++interrupts;
  }
}
