package org.pgdeeplake.benchmarks.crowd;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.load.Load;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.Ours;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Scrape;
import org.pgdeeplake.benchmarks.peer.Setup;
import org.pgdeeplake.benchmarks.process.Directories;

/**
 * Where crowds meet: a proxy as users start it, and the load's client and server, each a process
 * with a limit of open files of its own. One thread.
 */
public final class Ground implements AutoCloseable {
  private static final double SECONDS_TO_BE_EMPTY = 60;

  private final Path root;
  private final Directories directories;
  private final Telling telling;
  private final Load load;

  /**
   * @param root of the project
   * @param directories where everything that is written goes
   */
  public Ground(Path root, Directories directories, Telling telling) {
    this.root = root;
    this.directories = directories;
    this.telling = telling;
    this.load = new Load(directories);
  }

  Telling telling() {
    return telling;
  }

  /** Ready for clients. */
  RunningPeer proxy(int serverPort) throws BenchFailed, InterruptedException {
    telling.step("starting a proxy");
    return new Ours(root, "auto")
        .startReady(new Setup(directories.create("proxy"), serverPort, Optional.empty()));
  }

  Directories directories() {
    return directories;
  }

  Answer client(String command) throws BenchFailed, InterruptedException {
    return load.client().ask(command);
  }

  /** What the client has said of what failed. */
  String clientSaid() throws BenchFailed {
    return load.client().said();
  }

  Answer server(String command) throws BenchFailed, InterruptedException {
    return load.server().ask(command);
  }

  /** One session that asks for an answer of its own: from the attempt to the last row. */
  double secondsForOne(RunningPeer proxy) throws BenchFailed, InterruptedException {
    client("crowd port=%d width=1 until=ready ask=atonce".formatted(proxy.port()));
    long began = System.nanoTime();
    client("gather count=1");
    Answer answer = client("settle seconds=30");
    client("release");
    if (answer.number("done") != 1) {
      throw new BenchFailed("one client was not served: " + answer + " " + clientSaid());
    }
    return (answer.number("last") - began) / 1e9;
  }

  /**
   * Waits until the proxy counts no session and no waiter, and has no more files open than that.
   *
   * @return whether it came to that in time
   */
  boolean empties(RunningPeer proxy, Admin admin, long descriptors)
      throws BenchFailed, InterruptedException {
    long limit = System.nanoTime() + (long) (SECONDS_TO_BE_EMPTY * 1e9);
    while (System.nanoTime() < limit) {
      Scrape scrape = admin.scrape();
      if (scrape.sum("pgproxy_sessions") == 0
          && scrape.sum("pgproxy_waiting") == 0
          && Footprint.descriptors(proxy) <= descriptors) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return false;
  }

  @Override
  public void close() {
    load.close();
  }
}
