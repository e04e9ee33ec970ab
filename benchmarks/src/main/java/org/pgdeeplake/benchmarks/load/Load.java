package org.pgdeeplake.benchmarks.load;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Directories;

/** The load's client and its server, each started when it is first needed. One thread. */
public final class Load implements AutoCloseable {
  private final Directories directories;
  private @Nullable LoadProcess client;
  private @Nullable LoadProcess server;

  public Load(Directories directories) {
    this.directories = directories;
  }

  public LoadProcess client() throws BenchFailed {
    if (client == null) {
      client = LoadProcess.start("client", directories.create("client"));
    }
    return client;
  }

  public LoadProcess server() throws BenchFailed {
    if (server == null) {
      server = LoadProcess.start("server", directories.create("server"));
    }
    return server;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
