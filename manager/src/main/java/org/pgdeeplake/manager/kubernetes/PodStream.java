package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pod's end of a port-forward: each message begins with its channel, 0 for data and 1 for
 * errors, and the first of each channel holds the port only (kubelet, portforward/websocket.go). At
 * most one message is under way, so a slow client holds up the pod. Any thread.
 */
final class PodStream implements WebSocket.Listener {
  static final byte DATA = 0;
  private static final int CHANNELS = 2;
  private static final int NORMAL = 1000;

  /** A message taken out of the queue makes room for the next. */
  private record Message(WebSocket source, ByteBuffer data) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Message> messages = new ArrayDeque<>();
  private final boolean[] portSeen = new boolean[CHANNELS];
  private @Nullable String end;

  @Override
  public void onMessage(WebSocket webSocket, String text) {
    onMessage(webSocket, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void onMessage(WebSocket webSocket, ByteBuffer message) {
    int channel = message.hasRemaining() ? message.get() : -1;
    if (channel < 0 || channel >= CHANNELS) {
      end("the API server sent a message of channel " + channel);
      return;
    }
    boolean first = !portSeen[channel];
    portSeen[channel] = true;
    if (first || !message.hasRemaining()) {
      webSocket.request();
    } else if (channel == DATA) {
      add(new Message(webSocket, message));
    } else {
      end(StandardCharsets.UTF_8.decode(message).toString().strip());
    }
  }

  @Override
  public void onClose(WebSocket webSocket, int code, String reason) {
    boolean told = reason != null && !reason.isEmpty();
    end(
        code == NORMAL && !told
            ? "the pod closed the connection"
            : "closed by the API server (%d%s)".formatted(code, told ? " " + reason : ""));
  }

  @Override
  public void onError(WebSocket webSocket, Throwable failure) {
    end("the connection to the API server failed: " + failure.getMessage());
  }

  private void add(Message message) {
    lock.lock();
    try {
      messages.add(message);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What has come before is still to be had; the first reason counts. */
  void end(String reason) {
    lock.lock();
    try {
      if (end == null) {
        end = reason;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the pod's next bytes; null at the end. */
  @Nullable ByteBuffer next() throws InterruptedException {
    lock.lock();
    try {
      while (messages.isEmpty() && end == null) {
        changed.await();
      }
      Message message = messages.poll();
      if (message == null) {
        return null;
      }
      message.source().request();
      return message.data();
    } finally {
      lock.unlock();
    }
  }

  boolean endedByPod() {
    return !reason().isEmpty();
  }

  /** Why it ended; empty if because of the client, or not at all yet. */
  String reason() {
    lock.lock();
    try {
      return end == null ? "" : end;
    } finally {
      lock.unlock();
    }
  }
}
