package org.pgdeeplake.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;

/** The clients of every scenario that does not run a program of PostgreSQL. */
final class LoadClient implements Commands {
  private final LoadTransport transport = LoadTransport.open(2);

  /** Commands are for the last; all are released. */
  private final List<Crowd> crowds = new ArrayList<>();

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
      case "hold" -> crowd(arguments, false).gather(arguments.integer("count"));
      case "crowd" -> crowd(arguments, arguments.text("ask").equals("atonce")).counts();
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

  private Crowd crowd(Arguments arguments, boolean askAtOnce) throws SSLException {
    Crowd crowd =
        new Crowd(
            connector(arguments),
            arguments.integer("width"),
            arguments.text("until").equals("ready"),
            askAtOnce);
    crowds.add(crowd);
    return crowd;
  }

  private Crowd theCrowd() {
    if (crowds.isEmpty()) {
      throw new IllegalArgumentException("there is no crowd yet");
    }
    return crowds.getLast();
  }

  private Answer release() {
    crowds.forEach(Crowd::close);
    crowds.clear();
    return new Answer();
  }
}
