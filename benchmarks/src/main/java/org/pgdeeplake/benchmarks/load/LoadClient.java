package org.pgdeeplake.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The clients of every scenario that does not run a program of PostgreSQL. */
final class LoadClient implements Commands {
  private final LoadTransport transport = LoadTransport.open(2);
  private final List<Held> held = new ArrayList<>();
  private @Nullable Crowd crowd;

  @Override
  public Answer run(String command, Arguments arguments) throws Exception {
    return switch (command) {
      case "churn" ->
          Churn.run(connector(arguments), arguments.integer("width"), arguments.number("seconds"));
      case "bulk" ->
          Bulk.run(
              connector(arguments),
              arguments.text("direction").equals("down"),
              arguments.number("seconds"));
      case "hold" -> hold(arguments);
      case "await" -> held.getLast().await(arguments.number("seconds"));
      case "crowd" -> crowd(arguments);
      case "gather" -> theCrowd().gather(arguments.integer("count"));
      case "settle" -> theCrowd().settle(arguments.number("seconds"));
      case "burst" -> theCrowd().burst(arguments.number("seconds"));
      case "counts" -> theCrowd().counts();
      case "pass" ->
          new Passers(transport, arguments.integer("port"), arguments.integer("width"))
              .pass(arguments.integer("count"));
      case "release" -> release();
      default -> throw new IllegalArgumentException("the client has no command " + command);
    };
  }

  private Connector connector(Arguments arguments) throws SSLException {
    String tls = arguments.values().getOrDefault("tls", "");
    return new Connector(
        transport,
        arguments.integer("port"),
        tls.isEmpty() ? null : Connector.context(),
        tls.equals("resumed"),
        new LongAdder());
  }

  private Answer hold(Arguments arguments) throws Exception {
    held.add(
        Held.begin(
            connector(arguments),
            arguments.integer("count"),
            arguments.integer("width"),
            arguments.text("until").equals("ready")));
    return new Answer();
  }

  private Answer crowd(Arguments arguments) throws SSLException {
    crowd =
        new Crowd(
            connector(arguments),
            arguments.integer("width"),
            arguments.text("until").equals("ready"),
            arguments.text("ask").equals("atonce"));
    return new Answer();
  }

  private Crowd theCrowd() {
    if (crowd == null) {
      throw new IllegalArgumentException("there is no crowd yet");
    }
    return crowd;
  }

  private Answer release() {
    if (crowd != null) {
      crowd.close();
    }
    held.forEach(Held::close);
    held.clear();
    return new Answer();
  }
}
