package org.pgdeeplake.proxy.scaler;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Objects;
import org.pgdeeplake.proxy.metrics.ScalerMetrics;

/** Counts the calls that were answered, by method and status. */
final class CallCounter implements ServerInterceptor {
  private final ScalerMetrics metrics;

  CallCounter(ScalerMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName());
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            metrics.answered(method, status.getCode().name());
            super.close(status, trailers);
          }
        },
        headers);
  }
}
