package org.pgdeeplake.proxy.faults;

import java.util.Set;

/** What can go wrong, and what clients may hear of it. */
enum Kind {
  /** A server's processes are killed at once, and started again: recovery, with its 57P03. */
  SERVER_KILLED(Hears.WHO_WAS_THERE, "its sessions break; everybody else is served by the others"),
  ALL_SERVERS_KILLED(Hears.WHO_WAS_THERE, "sessions break; whoever comes waits"),
  /** Fast shutdown. */
  SERVER_STOPPED(Hears.WHO_WAS_THERE, "its sessions hear 57P01"),
  /** SIGSTOP: the kernel still accepts for it. */
  SERVER_FROZEN(Hears.NOBODY, "sessions stand still and go on"),
  SERVER_FULL(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  /** Packets to and from it are lost. */
  BLACKHOLE(Hears.NOBODY, "sessions stand still and go on; whoever comes is served by the others"),
  /** Its machine is gone without a word, and comes back without knowing any connection. */
  HALF_OPEN(Hears.WHO_WAS_THERE, "its sessions break when it is back, or after TCP's keepalive"),
  STARTING_UP(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  TOO_MANY_CLIENTS(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  CLOSED_AT_ONCE(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  HALF_AN_ANSWER(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  RESET_AT_ONCE(Hears.NOBODY, "whoever comes is served by the others, or waits"),
  /** It accepts and is silent. */
  SILENCE(Hears.NOBODY, "whoever comes waits for timeouts.connect, then is served by the others"),
  /** When the server has said so many bytes, from its first word to the middle of results. */
  RESET_ON_THE_WAY(Hears.WHO_WAS_THERE, "the session breaks; before the server's first word: none"),
  ALL_RESET(Hears.WHO_WAS_THERE, "sessions break"),
  /** Connections live, but nothing goes through. */
  STALLED(Hears.NOBODY, "sessions stand still and go on"),
  /** The name of the servers loses one, then is said not to be, then nobody answers for it. */
  DNS_FLAPS(Hears.NOBODY, "sessions go on; whoever comes is served by the others, or waits"),
  RELOAD(Hears.NOBODY, "nothing"),
  /** A reload takes a server away, another one puts it back. */
  RELOAD_CHANGES_SERVERS(Hears.NOBODY, "its sessions go on; whoever comes is served by the others"),
  CERTIFICATE_SWAPPED(Hears.NOBODY, "nothing"),
  PROXY_TERMINATED(Hears.EVERYBODY, "57P01 after shutdown.drain-timeout; refused until it runs"),
  PROXY_KILLED(Hears.EVERYBODY, "sessions break; refused until it runs again"),
  /** The wall clock of the proxy's machine goes hours forth, or back. */
  CLOCK_JUMPS(Hears.NOBODY, "nothing"),
  /** Standard output takes no more, as on a full disk. */
  LOG_UNWRITABLE(Hears.NOBODY, "nothing"),
  /** No file descriptor is left for a while. */
  DESCRIPTORS_EXHAUSTED(Hears.NOBODY, "sessions go on; whoever comes waits"),
  /** Clients that reset their connections in every phase. */
  CLIENTS_RESET(Hears.NOBODY, "nothing"),
  /** Clients that ask for much and do not read. */
  SLOW_READERS(Hears.NOBODY, "nothing"),
  /** Clients whose kernel takes as little as it may, and who read in dribs. */
  TINY_WINDOWS(Hears.NOBODY, "nothing; all bytes come"),
  /** A thousand clients before a heap that is as small as the documentation allows. */
  HEAP_PRESSURE(Hears.NOBODY, "whoever comes waits until the crowd has gone"),
  /** Clients that say nothing, or something else than PostgreSQL's protocol. */
  GARBAGE(Hears.NOBODY, "nothing");

  /** Who may be told. */
  enum Hears {
    NOBODY,
    /** Who had heard the server's first word. */
    WHO_WAS_THERE,
    EVERYBODY
  }

  /** "": the connection broke without a word. */
  private static final Set<String> ENDS = Set.of("", "57P01", "57P02", "08006");

  private final Hears hears;
  private final String clientSees;

  Kind(Hears hears, String clientSees) {
    this.hears = hears;
    this.clientSees = clientSees;
  }

  Hears hears() {
    return hears;
  }

  String clientSees() {
    return clientSees;
  }

  /** Whether it can only hit the server behind the link. */
  boolean ofLink() {
    return switch (this) {
      case HALF_OPEN,
          STARTING_UP,
          TOO_MANY_CLIENTS,
          CLOSED_AT_ONCE,
          HALF_AN_ANSWER,
          RESET_AT_ONCE,
          SILENCE,
          RESET_ON_THE_WAY,
          ALL_RESET,
          STALLED ->
          true;
      default -> false;
    };
  }

  /** Whether a client that was there may have failed like this. */
  boolean allows(Failure failure) {
    return switch (hears) {
      case NOBODY -> false;
      case WHO_WAS_THERE -> failure.taken() && ENDS.contains(failure.sqlState());
      case EVERYBODY -> ENDS.contains(failure.sqlState()) || failure.sqlState().equals("57P03");
    };
  }
}
