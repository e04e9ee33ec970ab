package org.pgdeeplake.proxy;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntBiFunction;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.log.Logging;
import org.pgdeeplake.proxy.net.Transport;

/** The process: from its arguments to its exit code. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Logging.begin();
    AtomicBoolean hungUp = Signals.postponeHangup();
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    boolean training = Training.asked(args);
    // Both by this one line: what is not seen in the training is made at each start.
    ToIntBiFunction<LoadedConfig, PrintWriter> serve =
        (file, problems) -> serve(file, problems, hungUp, training);
    System.exit(training ? Training.run(out, err, serve) : run(out, err, serve, args));
  }

  /**
   * @param serve runs a proxy to its end and returns the exit code
   */
  static int run(
      PrintWriter out,
      PrintWriter err,
      ToIntBiFunction<LoadedConfig, PrintWriter> serve,
      String... args) {
    Order plain = Order.plain(args);
    if (plain == null) {
      return ProxyCommand.execute(out, err, serve, args);
    }
    try {
      Transport.lookAhead();
      return plain.execute(out, err, serve);
    } catch (RuntimeException e) {
      // As picocli does; it must not hang on threads that run already.
      e.printStackTrace(err);
      return ProxyCommand.FAILED;
    }
  }

  private static int serve(
      LoadedConfig file, PrintWriter err, AtomicBoolean hungUp, boolean training) {
    try (Proxy proxy = Proxy.start(file)) {
      Signals signals = Signals.install(proxy::shutdown, proxy::close, proxy::reload, hungUp);
      if (training) {
        Training.begin(proxy, err);
      }
      proxy.awaitTermination();
      return signals.exitCode();
    } catch (StartException e) {
      e.problems().forEach(problem -> err.println("pg-proxy: " + problem));
      return ProxyCommand.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ProxyCommand.FAILED;
    }
  }
}
