package org.pgdeeplake.proxy.support.keda;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.support.TestCertificate;

/**
 * A gRPC client as KEDA's external scaler is one: names resolved, round_robin, no deadline, no
 * keep-alive.
 */
public final class KedaClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final Map<String, String> metadata;

  private KedaClient(NettyChannelBuilder builder, Map<String, String> metadata) {
    this.channel = builder.defaultLoadBalancingPolicy("round_robin").build();
    this.metadata = new HashMap<>(metadata);
  }

  private static NettyChannelBuilder to(InetSocketAddress scaler) {
    return NettyChannelBuilder.forTarget("dns:///127.0.0.1:" + scaler.getPort());
  }

  /**
   * In plain text.
   *
   * @param metadata names and values in turn
   */
  public static KedaClient plain(InetSocketAddress scaler, String... metadata) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < metadata.length; i += 2) {
      map.put(metadata[i], metadata[i + 1]);
    }
    return new KedaClient(to(scaler).usePlaintext(), map);
  }

  /** In plain text, to a name that has all these addresses. */
  @SuppressWarnings("deprecation") // The other way is one registry for the process.
  public static KedaClient across(List<InetSocketAddress> scalers) {
    return new KedaClient(
        NettyChannelBuilder.forTarget(ListedAddresses.SCHEME + ":///replicas")
            .nameResolverFactory(new ListedAddresses(scalers))
            .usePlaintext(),
        Map.of());
  }

  /**
   * @param own null: it shows none
   */
  public static KedaClient tls(
      InetSocketAddress scaler, TestCertificate authority, @Nullable TestCertificate own) {
    try {
      SslContextBuilder context =
          GrpcSslContexts.forClient().trustManager(stream(authority.alone()));
      if (own != null) {
        context.keyManager(stream(own.chain()), stream(own.key()));
      }
      return new KedaClient(to(scaler).sslContext(context.build()), Map.of());
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A target or a value of a metric. */
  public record Figure(String metric, long whole, double exact) {}

  private static MethodDescriptor<DynamicMessage, DynamicMessage> method(
      String name, MethodType type, Descriptor request, Descriptor answer) {
    return MethodDescriptor.newBuilder(KedaProto.marshaller(request), KedaProto.marshaller(answer))
        .setType(type)
        .setFullMethodName("externalscaler.ExternalScaler/" + name)
        .build();
  }

  private DynamicMessage ask(
      String method, Descriptor request, Descriptor answer, DynamicMessage message) {
    return ClientCalls.blockingUnaryCall(
        channel, method(method, MethodType.UNARY, request, answer), CallOptions.DEFAULT, message);
  }

  public boolean isActive() {
    DynamicMessage answer =
        ask("IsActive", KedaProto.REF, KedaProto.IS_ACTIVE, KedaProto.ref(metadata));
    return (boolean) KedaProto.get(answer, "result");
  }

  public Figure spec() {
    DynamicMessage answer =
        ask("GetMetricSpec", KedaProto.REF, KedaProto.SPECS, KedaProto.ref(metadata));
    return figure(answer, "metricSpecs", "targetSize");
  }

  public Figure metric() {
    DynamicMessage request =
        DynamicMessage.newBuilder(KedaProto.METRICS_REQUEST)
            .setField(
                KedaProto.field(KedaProto.METRICS_REQUEST, "scaledObjectRef"),
                KedaProto.ref(metadata))
            .setField(
                KedaProto.field(KedaProto.METRICS_REQUEST, "metricName"),
                "pgproxy-wanted-instances")
            .build();
    DynamicMessage answer =
        ask("GetMetrics", KedaProto.METRICS_REQUEST, KedaProto.METRICS, request);
    return figure(answer, "metricValues", "metricValue");
  }

  private static Figure figure(DynamicMessage answer, String list, String field) {
    DynamicMessage only =
        (DynamicMessage) Objects.requireNonNull(((List<?>) KedaProto.get(answer, list)).getFirst());
    return new Figure(
        (String) KedaProto.get(only, "metricName"),
        (long) KedaProto.get(only, field),
        (double) KedaProto.get(only, field + "Float"));
  }

  /** What came on a stream. */
  public static final class Stream {
    /** When each {@code true} came, as System.nanoTime. */
    public final List<Long> trues = new CopyOnWriteArrayList<>();

    public final List<Boolean> others = new CopyOnWriteArrayList<>();
    public final CompletableFuture<Status> end = new CompletableFuture<>();
  }

  public Stream follow() {
    return follow(nanos -> {});
  }

  /**
   * @param onTrue is called for each, on a thread of gRPC's
   */
  public Stream follow(LongConsumer onTrue) {
    return follow("StreamIsActive", onTrue);
  }

  /** Of a method that has the same messages. */
  public Stream follow(String method, LongConsumer onTrue) {
    Stream stream = new Stream();
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(
            method(method, MethodType.SERVER_STREAMING, KedaProto.REF, KedaProto.IS_ACTIVE),
            CallOptions.DEFAULT),
        KedaProto.ref(metadata),
        new StreamObserver<>() {
          @Override
          public void onNext(DynamicMessage answer) {
            if ((boolean) KedaProto.get(answer, "result")) {
              stream.trues.add(System.nanoTime());
              onTrue.accept(System.nanoTime());
            } else {
              stream.others.add(false);
            }
          }

          @Override
          public void onError(Throwable problem) {
            stream.end.complete(Status.fromThrowable(problem));
          }

          @Override
          public void onCompleted() {
            stream.end.complete(Status.OK);
          }
        });
    return stream;
  }

  @Override
  public void close() {
    var _ = channel.shutdownNow();
  }
}
