package org.pgdeeplake.proxy.admin;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.net.Transport;

/** An admin server on a free port, over a real backend and a real demand. */
final class RunningAdmin implements AutoCloseable {
  final Scene scene = new Scene();
  final Metrics metrics = new Metrics();
  final AdminServer server;
  volatile boolean ready = true;
  private final EventLoopGroup loops;

  RunningAdmin(Limits limits) throws BindException {
    Transport transport = Transport.select(TransportChoice.AUTO);
    loops = transport.loops("admin-test", 1);
    metrics.register(scene.frontend, scene.traffic, () -> true);
    metrics.register(scene.backend);
    metrics.register(scene.demand);
    server =
        new AdminServer(
            new HostPort("127.0.0.1", 0),
            transport,
            loops,
            new DemandReport(scene.demand, () -> List.of(scene.backend)),
            metrics,
            () -> ready,
            limits);
    server.start();
  }

  InetSocketAddress address() {
    return server.address();
  }

  RawHttp connect() throws IOException {
    return new RawHttp(server.address());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address().getPort() + path);
  }

  @Override
  public void close() {
    server.close();
    scene.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
