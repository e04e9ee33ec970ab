package org.pgdeeplake.proxy.support;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a real PostgreSQL and treats one session after the other as its script says; when
 * the script has run out, it passes everything on. Health checks, which name no database, and
 * cancel requests are no part of the script and always find it well.
 */
public final class FaultyServer implements AutoCloseable {
  private static final byte[] AUTHENTICATION_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final int SSL_REQUEST_BYTES = 8;
  private static final int CANCEL_REQUEST = 80_877_102;

  private final ServerSocket listener;
  private final int target;
  private final Queue<SessionFault> script;
  private final AtomicInteger met = new AtomicInteger();

  /** How often it has become well again. */
  private final AtomicInteger well = new AtomicInteger();

  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private final Gate gate = new Gate();

  /** For as many sessions: the bytes of the server after which each is reset. */
  private final Queue<Integer> breaks = new ConcurrentLinkedQueue<>();

  private volatile boolean swallowing;

  private FaultyServer(int target, ServerSocket listener, List<SessionFault> script) {
    this.listener = listener;
    this.target = target;
    this.script = new ConcurrentLinkedQueue<>(script);
    Thread.ofPlatform().daemon().name("faulty-server").start(this::accept);
  }

  public static FaultyServer before(TestPostgres postgres, SessionFault... script) {
    return beforeAt("127.0.0.1", 0, postgres, script);
  }

  /**
   * The same at another address of this machine, as {@code 127.0.0.2}.
   *
   * @param port 0: one that is free
   */
  public static FaultyServer beforeAt(
      String host, int port, TestPostgres postgres, SessionFault... script) {
    try {
      ServerSocket listener = new ServerSocket(port, 1, InetAddress.ofLiteral(host));
      return new FaultyServer(postgres.port(), listener, List.of(script));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next sessions meet these, too. */
  public void then(List<SessionFault> faults) {
    script.addAll(faults);
  }

  /** Nobody meets what is left of the script. */
  public void wellAgain() {
    well.incrementAndGet();
    script.clear();
    breaks.clear();
    gate.open();
  }

  /** One more session is reset when the server has sent so many bytes, 0 or more. */
  public void resetAfter(int bytes) {
    breaks.add(bytes);
  }

  /** Connections live on, but nothing goes through any of them until {@link #wellAgain}. */
  public void stall() {
    gate.shut();
  }

  /**
   * From now on nobody who connects hears anything, not even a refusal: its accept queue is full,
   * so the kernel drops their SYNs.
   */
  public void swallow() {
    swallowing = true;
    boolean full = false;
    while (!full) {
      try {
        Socket socket = new Socket();
        open.add(socket);
        socket.connect(listener.getLocalSocketAddress(), 500);
      } catch (IOException e) {
        full = true;
      }
    }
  }

  public String address() {
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  /** Faults that sessions have met so far. */
  public int met() {
    return met.get();
  }

  private void accept() {
    while (!swallowing) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      byte[] packet = readPacket(client);
      while (packet.length == SSL_REQUEST_BYTES && !script.isEmpty()) {
        SessionFault next = script.peek();
        boolean atOnce = next == SessionFault.CLOSE_AT_SSL_REQUEST;
        if (!atOnce) {
          client.getOutputStream().write('N');
        }
        if (atOnce || next == SessionFault.CLOSE_AFTER_NO) {
          script.remove();
          met.incrementAndGet();
          return;
        }
        packet = readPacket(client);
      }
      boolean cancel = ByteBuffer.wrap(packet).getInt(Integer.BYTES) == CANCEL_REQUEST;
      boolean check =
          packet.length != SSL_REQUEST_BYTES
              && !cancel
              && !new String(packet, StandardCharsets.ISO_8859_1).contains("database\0");
      SessionFault fault = check || cancel ? null : script.poll();
      if (check) {
        client.getOutputStream().write(AUTHENTICATION_OK);
      } else if (fault == null) {
        pass(client, packet, cancel);
      } else {
        met.incrementAndGet();
        fault.commit(client);
      }
    } catch (IOException e) {
      // One of the two ends went away: so does the other.
    } finally {
      open.remove(client);
    }
  }

  private static byte[] readPacket(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    int length = in.readInt();
    ByteBuffer packet = ByteBuffer.allocate(length).putInt(length);
    in.readFully(packet.array(), 4, length - 4);
    return packet.array();
  }

  private void pass(Socket client, byte[] packet, boolean cancel) throws IOException {
    int wellBefore = well.get();
    Integer breaksAfter = cancel ? null : breaks.poll();
    boolean broke = false;
    Socket server = new Socket();
    try (server) {
      open.add(server);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      server.getOutputStream().write(packet);
      Thread.ofVirtual().start(() -> copy(client, server, Long.MAX_VALUE));
      broke = copy(server, client, breaksAfter == null ? Long.MAX_VALUE : breaksAfter);
    } finally {
      // Who went away before it had so many bytes has not met the fault: another one does.
      if (breaksAfter != null && !broke && well.get() == wellBefore) {
        breaks.add(breaksAfter);
      }
      open.remove(server);
    }
  }

  /**
   * Until the end, or until so many bytes have gone through, after which it breaks.
   *
   * @return whether it broke
   */
  private boolean copy(Socket from, Socket to, long limit) {
    byte[] buffer = new byte[1 << 16];
    long left = limit;
    try {
      while (left > 0) {
        int read = from.getInputStream().read(buffer, 0, (int) Math.min(buffer.length, left));
        gate.await();
        if (read < 0) {
          to.shutdownOutput();
          return false;
        }
        to.getOutputStream().write(buffer, 0, read);
        left -= read;
      }
      met.incrementAndGet();
      to.setSoLinger(true, 0);
      to.close();
      return true;
    } catch (IOException e) {
      // One end is broken. The other direction may wait for an end that says nothing.
      close(from);
      close(to);
      return false;
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was broken already.
    }
  }

  /** Breaks every session that it passes on now, as the crash of its machine would. */
  public void resetAll() throws IOException {
    // All are prepared before one is closed: its end closes others.
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        // It has just ended by itself, as the connections of health checks do.
      }
    }
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
