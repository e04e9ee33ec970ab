package org.pgdeeplake.proxy;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntBiFunction;
import org.pgdeeplake.proxy.config.LoadedConfig;

/** The process: from its arguments to its exit code. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    AtomicBoolean hungUp = Signals.postponeHangup();
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    if (Training.asked(args)) {
      System.exit(Training.run(out, err));
    }
    System.exit(run(out, err, (file, problems) -> serve(file, problems, hungUp), args));
  }

  /**
   * @param serve runs a proxy to its end and returns the exit code
   */
  static int run(
      PrintWriter out,
      PrintWriter err,
      ToIntBiFunction<LoadedConfig, PrintWriter> serve,
      String... args) {
    return ProxyCommand.commandLine(serve).setOut(out).setErr(err).execute(args);
  }

  private static int serve(LoadedConfig file, PrintWriter err, AtomicBoolean hungUp) {
    try (Proxy proxy = Proxy.start(file)) {
      Signals signals = Signals.install(proxy::shutdown, proxy::close, proxy::reload, hungUp);
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
