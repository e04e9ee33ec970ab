package org.pgdeeplake.proxy.scaler;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Those who want to hear of demand as soon as there is some. They are told {@code true} again and
 * again while it lasts, since KEDA forgets some, and never {@code false}, which a KEDA before 2.18
 * takes as an order to scale to zero. Confined to the scaler's loop, but for the number.
 */
final class ActivityStreams {
  static final int MOST = 256;

  /** A little less than the time between two looks, so that no look is missed. */
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(450);

  private final List<Stream> streams = new ArrayList<>();
  private final AtomicInteger open = new AtomicInteger();

  private static final class Stream {
    private final ServerCallStreamObserver<Boolean> reader;
    private final BooleanSupplier active;
    private boolean wasActive;
    private long toldNanos;

    private Stream(ServerCallStreamObserver<Boolean> reader, BooleanSupplier active) {
      this.reader = reader;
      this.active = active;
    }

    private void tell(long nowNanos) {
      boolean now = active.getAsBoolean();
      // What a slow reader has not taken is as good as what he would get now.
      if (now && reader.isReady() && (!wasActive || nowNanos - toldNanos >= AGAIN_NANOS)) {
        toldNanos = nowNanos;
        reader.onNext(true);
      }
      wasActive = now;
    }
  }

  int open() {
    return open.get();
  }

  /**
   * @param active whether there is demand now
   */
  void add(ServerCallStreamObserver<Boolean> reader, BooleanSupplier active) {
    if (streams.size() >= MOST) {
      reader.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("there are %d streams already".formatted(MOST))
              .asRuntimeException());
      return;
    }
    Stream stream = new Stream(reader, active);
    reader.setOnCancelHandler(() -> remove(stream));
    streams.add(stream);
    open.set(streams.size());
    stream.tell(System.nanoTime());
  }

  private void remove(Stream stream) {
    streams.remove(stream);
    open.set(streams.size());
  }

  void tell() {
    long now = System.nanoTime();
    List.copyOf(streams).forEach(stream -> stream.tell(now));
  }

  /** With status OK: after any other KEDA comes back later and later. */
  void end() {
    List.copyOf(streams).forEach(stream -> stream.reader.onCompleted());
    streams.clear();
    open.set(0);
  }
}
