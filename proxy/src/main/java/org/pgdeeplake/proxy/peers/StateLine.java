package org.pgdeeplake.proxy.peers;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.demand.Load;

/**
 * A state as one line of text: groups with semicolons between them, words with spaces. The first
 * group names the format and who speaks; the others begin with what they are, and those that are
 * not known are passed over, so that replicas of different versions understand each other:
 *
 * <pre>
 * pgproxy-peer/1 ID NAME SEQUENCE up|bye
 * L BACKEND WAITING LINGERING BUSY SERVER=COUNTED ...
 * S BACKEND SERVER SESSIONS
 * A BACKEND SERVER ready|drain|maint VERSION ID
 * </pre>
 */
final class StateLine {
  /** Longer ones end the connection: about a thousand servers. */
  static final int MAX_CHARS = 256 * 1024;

  private static final String FORMAT = "pgproxy-peer/1";
  private static final String LOAD = "L";
  private static final String SESSIONS = "S";
  private static final String ADMINISTRATIVE = "A";
  private static final String UNTIL_DOWN = "until-down";
  private static final String ALWAYS = "-";
  private static final String UP = "up";
  private static final String BYE = "bye";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:-]{1,255}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private StateLine() {}

  /** A line is not what it should be; the message is for the log. */
  static final class BadLine extends Exception {
    private static final long serialVersionUID = 1;

    BadLine(String message) {
      super(message);
    }
  }

  static String text(PeerState state) {
    StringBuilder out = new StringBuilder(256);
    out.append(
        String.join(
            " ",
            FORMAT,
            state.id(),
            state.name(),
            String.valueOf(state.sequence()),
            state.leaving() ? BYE : UP));
    state
        .loads()
        .forEach((backend, load) -> {
          group(out, LOAD, backend, load.waiting(), load.lingering(), load.busy());
          new TreeMap<>(load.counted())
              .forEach((server, count) -> out.append(' ').append(server).append('=').append(count));
        });
    state
        .sessions()
        .forEach((name, count) -> group(out, SESSIONS, name.backend(), name.server(), count));
    state
        .wishes()
        .forEach((name, wish) ->
            group(
                out,
                ADMINISTRATIVE,
                name.backend(),
                name.server(),
                wish.state().word(),
                wish.version(),
                wish.by(),
                wish.untilDown() ? UNTIL_DOWN : ALWAYS));
    return out.toString();
  }

  private static void group(StringBuilder out, String kind, Object... words) {
    out.append(';').append(kind);
    for (Object word : words) {
      out.append(' ').append(word);
    }
  }

  static PeerState parse(String line) throws BadLine {
    String[] groups = line.split(";", -1);
    String[] head = groups[0].split(" ", -1);
    if (head.length < 5 || !head[0].equals(FORMAT)) {
      throw new BadLine("does not begin with " + FORMAT + ": its version is another one");
    }
    Map<String, Load> loads = new HashMap<>();
    Map<ServerName, Integer> sessions = new HashMap<>();
    Map<ServerName, Wish> wishes = new HashMap<>();
    for (int i = 1; i < groups.length; i++) {
      String[] words = groups[i].split(" ", -1);
      switch (words[0]) {
        case LOAD -> loads.put(name(words, 1), load(words));
        case SESSIONS -> sessions.put(server(words), count(words, 3));
        case ADMINISTRATIVE -> wishes.put(server(words), wish(words));
        default -> {} // of a later version
      }
    }
    return new PeerState(
        name(head, 1),
        name(head, 2),
        number(word(head, 3)),
        word(head, 4).equals(BYE),
        Map.copyOf(loads),
        Map.copyOf(sessions),
        Map.copyOf(wishes));
  }

  private static Load load(String[] words) throws BadLine {
    Map<String, Integer> counted = new HashMap<>();
    for (int i = 5; i < words.length; i++) {
      String[] pair = words[i].split("=", -1);
      counted.put(name(pair, 0), count(pair, 1));
    }
    return new Load(count(words, 2), count(words, 3), count(words, 4), counted);
  }

  private static Wish wish(String[] words) throws BadLine {
    String state = word(words, 3).toUpperCase(Locale.ROOT);
    for (AdministrativeState known : AdministrativeState.values()) {
      if (known.name().equals(state)) {
        boolean untilDown = words.length > 6 && words[6].equals(UNTIL_DOWN);
        return new Wish(known, untilDown, number(word(words, 4)), name(words, 5));
      }
    }
    throw new BadLine("has a server that is to be " + word(words, 3));
  }

  private static ServerName server(String[] words) throws BadLine {
    return new ServerName(name(words, 1), name(words, 2));
  }

  private static String name(String[] words, int at) throws BadLine {
    String word = word(words, at);
    if (!NAME.matcher(word).matches()) {
      throw new BadLine("has something else where a name should be");
    }
    return word;
  }

  private static int count(String[] words, int at) throws BadLine {
    // Sums of many must not overflow.
    return (int) Math.min(number(word(words, at)), 10_000_000);
  }

  private static long number(String word) throws BadLine {
    if (!NUMBER.matcher(word).matches()) {
      throw new BadLine("has something else where a number should be");
    }
    return Long.parseLong(word);
  }

  private static String word(String[] words, int at) throws BadLine {
    if (at >= words.length) {
      throw new BadLine("has a group that is too short");
    }
    return words[at];
  }
}
