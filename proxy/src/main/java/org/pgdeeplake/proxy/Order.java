package org.pgdeeplake.proxy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/**
 * What a command line asks for: a file is read, and served or only checked.
 *
 * @param check only say whether it is valid
 */
record Order(Path file, boolean check) {
  private static final String CONFIG = "--config";

  /**
   * The start that a service manager or a container makes, understood without picocli: its classes
   * are of a version that no AOT cache can keep, and took a third of the time of a start.
   *
   * @return null: anything else, which picocli is to judge
   */
  static @Nullable Order plain(String... args) {
    return args.length == 2 && args[0].equals(CONFIG) && isPlainPath(args[1])
        ? new Order(Path.of(args[1]), false)
        : null;
  }

  /** Nothing that picocli would take for an option, a file of arguments or a quoted word. */
  private static boolean isPlainPath(String text) {
    if (text.isEmpty() || text.charAt(0) == '-') {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "/._-+ ".indexOf(c) >= 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param serve runs a proxy to its end and returns the exit code
   * @return the exit code
   */
  int execute(PrintWriter out, PrintWriter err, ToIntBiFunction<LoadedConfig, PrintWriter> serve) {
    LoadedConfig read;
    try {
      read = ConfigReader.load(file);
    } catch (ConfigException e) {
      err.println(e.getMessage());
      err.println("pg-proxy: refused, " + count(e.problems(), "problem"));
      return ProxyCommand.FAILED;
    }
    return check ? check(read.config(), out, err) : serve.applyAsInt(read, err);
  }

  private int check(ProxyConfig config, PrintWriter out, PrintWriter err) {
    try (TlsEdge tls = TlsEdge.load(config, new TlsTraffic(_ -> {}))) {
      tls.warnings().forEach(warning -> err.println("warning: " + warning));
    } catch (TlsFileException e) {
      err.println(e.getMessage());
      err.println("pg-proxy: refused, " + count(e.problems().size(), "problem"));
      return ProxyCommand.FAILED;
    }
    out.println(file + ": valid: " + summary(config));
    return ProxyCommand.OK;
  }

  private static String summary(ProxyConfig config) {
    int servers = config.backends().stream().mapToInt(backend -> backend.servers().size()).sum();
    return String.join(
        ", ",
        count(config.frontends().size(), "frontend"),
        count(config.backends().size(), "backend"),
        count(servers, "server"));
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
