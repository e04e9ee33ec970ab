package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;

/** One session of a guest, from connecting to its Terminate. */
final class Visit {
  private static final int MOST_STATEMENTS = 4;
  private static final int MOST_ROWS = 1_000;
  private static final int LONGEST_PAUSE_MS = 50;
  private static final Duration AFTERMATH = Duration.ofSeconds(5);
  private static final String SLEEP =
      "do $$ begin raise notice 'here'; perform pg_sleep(8); end $$";

  private final String name;
  private final Random random;
  private final Stage stage;
  private final long begin = System.nanoTime();
  private boolean taken;
  private int server = -1;

  /** The connection, or the server's FATAL, ended it. */
  static final class Ended extends IOException {
    private static final long serialVersionUID = 1L;
    private final String sqlState;

    private Ended(String sqlState, String text) {
      super(text);
      this.sqlState = sqlState;
    }
  }

  /** It was told something that is not true. */
  private static final class Deceived extends IOException {
    private static final long serialVersionUID = 1L;

    private Deceived(String text) {
      super(text);
    }
  }

  Visit(String name, Random random, Stage stage) {
    this.name = name;
    this.random = random;
    this.stage = stage;
  }

  /** Whether it went as planned; what went wrong is told to the checker. */
  boolean run(boolean tls) {
    try (RawClient client = RawClient.open(stage.address())) {
      session(tls ? client.startTls() : client);
      return true;
    } catch (Deceived e) {
      stage.checker().violation(name + ": " + e.getMessage());
    } catch (IOException | UncheckedIOException e) {
      String state = e instanceof Ended ended ? ended.sqlState : "";
      String text = e instanceof Ended ? String.valueOf(e.getMessage()) : e.toString();
      stage
          .checker()
          .failed(new Failure(name, begin, System.nanoTime(), taken, server, state, text));
    }
    return false;
  }

  private void session(RawClient client) throws IOException {
    client.send(RawClient.startup("application_name", name));
    Message first = next(client);
    if (first.type() != 'R') {
      throw new Deceived("the first message is " + first);
    }
    taken = true;
    List<Message> login = answer(client);
    byte[] key =
        login.stream()
            .filter(message -> message.type() == 'K')
            .findFirst()
            .orElseThrow(() -> new Deceived("no BackendKeyData in " + login))
            .body();
    server = stage.indexOf(Integer.parseInt(value(client, "show port")));
    run(client, "set deeplake.guest = '" + name + "'");
    int statements = 1 + random.nextInt(MOST_STATEMENTS);
    for (int i = 0; i < statements; i++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> write(client, name + "-" + i);
        case 3, 4 -> bulk(client, 1 + random.nextInt(MOST_ROWS));
        case 5, 6 -> pause(client);
        default -> cancel(client, key);
      }
      remember(client);
    }
    client.send(RawClient.terminate());
  }

  private void write(RawClient client, String id) throws IOException {
    run(client, Ledger.write(id));
    stage.ledger().acknowledged(server, id);
  }

  private void remember(RawClient client) throws IOException {
    String guest = value(client, "show deeplake.guest");
    if (!guest.equals(name)) {
      throw new Deceived("its SET has become " + guest);
    }
  }

  private static void bulk(RawClient client, int rows) throws IOException {
    client.send(RawClient.query("select repeat('x', 1000) from generate_series(1, " + rows + ")"));
    long complete =
        answer(client).stream()
            .filter(message -> message.type() == 'D' && message.body().length == 1_006)
            .count();
    if (complete != rows) {
      throw new Deceived(complete + " rows instead of " + rows);
    }
  }

  /** The client thinks; its session is busy meanwhile, so that faults find some that are. */
  private void pause(RawClient client) throws IOException {
    run(client, "select pg_sleep(0.0%02d)".formatted(random.nextInt(LONGEST_PAUSE_MS)));
  }

  /**
   * As psql does at Ctrl-C. Where a fault is in the way, the request may get lost; if it could not
   * be delivered within the shortest timeouts.connect, a fault that has just been healed counts,
   * too: a server that has come back may still be slow.
   */
  private void cancel(RawClient client, byte[] key) throws IOException {
    long asked = System.nanoTime();
    client.send(RawClient.query(SLEEP));
    Message notice = next(client);
    if (notice.type() != 'N') {
      throw new Deceived("instead of a notice: " + notice);
    }
    try (RawClient canceller = RawClient.open(stage.address())) {
      canceller.send(RawClient.cancelRequest(key));
      Message answer = canceller.read();
      if (answer != null) {
        throw new Deceived("a cancel request is answered with " + answer);
      }
    }
    long took = System.nanoTime() - asked;
    boolean cancelled =
        answer(client).stream()
            .anyMatch(
                message -> message.type() == 'E' && "57014".equals(message.fields().get('C')));
    long quiet =
        took < StageConfig.SHORTEST_CONNECT.toNanos() ? asked : asked - AFTERMATH.toNanos();
    if (!cancelled && stage.checker().quietSince(quiet)) {
      long millis = took / 1_000_000;
      throw new Deceived("a cancel request, heard after " + millis + " ms, did nothing");
    }
  }

  private static void run(RawClient client, String sql) throws IOException {
    client.send(RawClient.query(sql));
    for (Message message : answer(client)) {
      if (message.type() == 'E') {
        throw new Deceived(sql + ": " + message);
      }
    }
  }

  private static String value(RawClient client, String sql) throws IOException {
    client.send(RawClient.query(sql));
    List<Message> messages = answer(client);
    for (Message message : messages) {
      if (message.type() == 'D') {
        return new String(message.body(), 6, message.body().length - 6, StandardCharsets.UTF_8);
      }
    }
    throw new Deceived(sql + ": " + messages);
  }

  /** All messages up to ReadyForQuery. */
  private static List<Message> answer(RawClient client) throws IOException {
    List<Message> messages = new ArrayList<>();
    do {
      messages.add(next(client));
    } while (messages.getLast().type() != 'Z');
    return messages;
  }

  private static Message next(RawClient client) throws IOException {
    Message message = client.read();
    if (message == null) {
      throw new Ended("", "end of the stream");
    }
    if (message.type() == 'E' && "FATAL".equals(message.fields().get('V'))) {
      throw new Ended(
          String.valueOf(message.fields().get('C')), String.valueOf(message.fields().get('M')));
    }
    return message;
  }
}
