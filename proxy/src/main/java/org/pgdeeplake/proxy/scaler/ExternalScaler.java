package org.pgdeeplake.proxy.scaler;

import static org.pgdeeplake.proxy.scaler.Messages.FIGURES;
import static org.pgdeeplake.proxy.scaler.Messages.IS_ACTIVE;
import static org.pgdeeplake.proxy.scaler.Messages.METRICS_REQUEST;
import static org.pgdeeplake.proxy.scaler.Messages.SCALED_OBJECT;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.scaler.BackendScale.Scale;
import org.pgdeeplake.proxy.scaler.Messages.Figure;
import org.pgdeeplake.proxy.scaler.Messages.ScaledObject;

/**
 * KEDA's service {@code externalscaler.ExternalScaler}. KEDA asks without a deadline and holds a
 * lock meanwhile, so that everything is answered from memory. {@code StreamMetricSpec}, which is
 * optional, is UNIMPLEMENTED. Confined to the scaler's loop.
 */
final class ExternalScaler {
  static final String NAME = "externalscaler.ExternalScaler";

  /** With a target of 1 HPA wants as many instances as its value says. */
  static final String METRIC = "pgproxy-wanted-instances";

  private static final long TARGET = 1;
  private static final String BACKEND = "backend";

  private final Scales scales;
  private final ActivityStreams streams;

  ExternalScaler(Scales scales, ActivityStreams streams) {
    this.scales = scales;
    this.streams = streams;
  }

  /** What a method answers, from memory. */
  @FunctionalInterface
  private interface Answer<T> {
    T to(Scale scale);
  }

  ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(NAME)
        .addMethod(
            method("IsActive", MethodType.UNARY, SCALED_OBJECT, IS_ACTIVE),
            ServerCalls.asyncUnaryCall((asked, answer) -> answer(asked, answer, Scale::active)))
        .addMethod(
            method("StreamIsActive", MethodType.SERVER_STREAMING, SCALED_OBJECT, IS_ACTIVE),
            ServerCalls.asyncServerStreamingCall(this::stream))
        .addMethod(
            method("GetMetricSpec", MethodType.UNARY, SCALED_OBJECT, FIGURES),
            ServerCalls.asyncUnaryCall((asked, answer) ->
                answer(asked, answer, scale -> new Figure(METRIC, TARGET, TARGET))))
        .addMethod(
            method("GetMetrics", MethodType.UNARY, METRICS_REQUEST, FIGURES),
            ServerCalls.asyncUnaryCall((asked, answer) ->
                answer(
                    asked, answer, scale -> new Figure(METRIC, scale.wanted(), scale.published()))))
        .build();
  }

  private static <T> MethodDescriptor<ScaledObject, T> method(
      String name, MethodType type, Marshaller<ScaledObject> request, Marshaller<T> answer) {
    return MethodDescriptor.newBuilder(request, answer)
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
        .build();
  }

  private <T> void answer(ScaledObject asked, StreamObserver<T> answer, Answer<T> from) {
    @Nullable Backend backend = backend(asked, answer);
    if (backend == null) {
      return;
    }
    Scale scale = scales.look(backend);
    if (scale == null) {
      answer.onError(
          Status.UNAVAILABLE.withDescription("the scaler was switched off").asRuntimeException());
      return;
    }
    answer.onNext(from.to(scale));
    answer.onCompleted();
  }

  private void stream(ScaledObject asked, StreamObserver<Boolean> answer) {
    @Nullable Backend first = backend(asked, answer);
    if (first == null) {
      return;
    }
    String name = first.name();
    streams.add((ServerCallStreamObserver<Boolean>) answer, () -> scales.active(name));
  }

  /** Null where that was told to be wrong. */
  private @Nullable Backend backend(ScaledObject asked, StreamObserver<?> answer) {
    List<Backend> all = scales.backends();
    String wanted = asked.metadata().get(BACKEND);
    if (wanted == null && all.size() == 1) {
      return all.getFirst();
    }
    for (Backend backend : all) {
      if (backend.name().equals(wanted)) {
        return backend;
      }
    }
    String names = all.stream().map(Backend::name).collect(Collectors.joining(", "));
    answer.onError(
        Status.INVALID_ARGUMENT
            .withDescription(
                (wanted == null
                        ? "the trigger's metadata must name a backend"
                        : "there is no such backend")
                    + "; the backends are: "
                    + names)
            .asRuntimeException());
    return null;
  }
}
