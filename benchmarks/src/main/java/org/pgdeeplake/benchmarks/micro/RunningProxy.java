package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.proxy.Proxy;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;

/** The whole proxy in this process, in front of an {@link AnsweringServer}. */
final class RunningProxy implements AutoCloseable {
  private final AnsweringServer server;
  private final Proxy proxy;

  RunningProxy(int answerBytes) throws IOException, ConfigException, StartException {
    server = new AnsweringServer(answerBytes);
    Path file = Files.createTempFile("micro", ".conf");
    Files.writeString(
        file,
        """
        proxy {
          admin.bind = "127.0.0.1:0"
          frontends.f { bind = "127.0.0.1:0", default-backend = b, tls.mode = off }
          backends.b.servers = [{ name = s, address = "127.0.0.1:%d" }]
          log.level = WARN
        }
        """
            .formatted(server.port()));
    proxy = Proxy.start(ConfigReader.load(file));
    Files.delete(file);
  }

  InetSocketAddress address() {
    return proxy.address("f");
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.close();
  }
}
