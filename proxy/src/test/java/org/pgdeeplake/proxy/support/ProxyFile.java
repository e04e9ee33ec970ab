package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.Proxy;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;

/** The configuration of a {@link TestProxy}, bit by bit; each bit is lines of HOCON. */
public final class ProxyFile {
  private final List<String> servers = new ArrayList<>();
  private final List<String> frontend = new ArrayList<>();
  private final List<String> backend = new ArrayList<>();
  private final List<String> rest = new ArrayList<>();

  ProxyFile() {}

  /** One more server, called s1, s2, …; {@code more} as {@code "max-connections = 3"}. */
  public ProxyFile server(String address, String... more) {
    return server("s" + (servers.size() + 1), address, more);
  }

  public ProxyFile serverNamed(String name, TestPostgres postgres) {
    return server(name, postgres.address(), new String[0]);
  }

  private ProxyFile server(String name, String address, String[] more) {
    servers.add(
        "{ name = " + name + ", address = \"" + address + "\"\n" + String.join("\n", more) + "}");
    return this;
  }

  public ProxyFile server(TestPostgres postgres, String... more) {
    return server(postgres.address(), more);
  }

  public ProxyFile frontend(String... lines) {
    frontend.addAll(List.of(lines));
    return this;
  }

  public ProxyFile backend(String... lines) {
    backend.addAll(List.of(lines));
    return this;
  }

  /** Keys of {@code proxy} itself. */
  public ProxyFile proxy(String... lines) {
    rest.addAll(List.of(lines));
    return this;
  }

  /** The whole file. */
  public String text() {
    return """
    proxy {
      threads = 2
      warm-up = 0s
      admin.bind = "127.0.0.1:0"
      frontends.pg_frontend {
        bind = "127.0.0.1:0"
        default-backend = pg_backends
        %s
      }
      backends.pg_backends {
        servers = [%s]
        %s
      }
      %s
    }
    """
        .formatted(
            String.join("\n", frontend),
            String.join(", ", servers),
            String.join("\n", backend),
            String.join("\n", rest));
  }

  public TestProxy start() {
    try {
      Path file = Files.createTempFile("proxy", ".conf");
      try {
        return start(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param file is written, and may be read again
   */
  public TestProxy start(Path file) {
    try {
      Files.writeString(file, text());
      return new TestProxy(Proxy.start(ConfigReader.load(file)), file);
    } catch (ConfigException | StartException e) {
      throw new AssertionError(e.getMessage() + "\n" + text(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
