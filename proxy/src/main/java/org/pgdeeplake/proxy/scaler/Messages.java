package org.pgdeeplake.proxy.scaler;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The messages of KEDA's externalscaler.proto, as they are sent. They are few and small, so that
 * nothing is generated.
 */
final class Messages {
  /** Of a request. */
  static final Marshaller<ScaledObject> SCALED_OBJECT = reading(Messages::scaledObject);

  /** Of a request that names a metric, too; there is only one, so its name is nothing to us. */
  static final Marshaller<ScaledObject> METRICS_REQUEST = reading(Messages::ofMetrics);

  static final Marshaller<Boolean> IS_ACTIVE = writing(active -> new WireWriter().flag(1, active));

  /** Of GetMetricSpecResponse and GetMetricsResponse: their fields have the same numbers. */
  static final Marshaller<Figure> FIGURES =
      writing(figure ->
          new WireWriter()
              .message(
                  1,
                  new WireWriter()
                      .text(1, figure.metric())
                      .number(2, figure.whole())
                      .real(3, figure.exact())));

  private Messages() {}

  /**
   * Whose trigger asks.
   *
   * @param metadata of the trigger
   */
  record ScaledObject(String name, String namespace, Map<String, String> metadata) {}

  /**
   * The value or the target of a metric.
   *
   * @param whole for a KEDA before 2.17
   */
  record Figure(String metric, long whole, double exact) {}

  private static ScaledObject scaledObject(WireReader in) {
    String name = "";
    String namespace = "";
    Map<String, String> metadata = new TreeMap<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = in.text();
        case 2 -> namespace = in.text();
        case 3 -> putEntry(in.message(), metadata);
        default -> in.skip();
      }
    }
    return new ScaledObject(name, namespace, metadata);
  }

  private static void putEntry(WireReader in, Map<String, String> map) {
    String key = "";
    String value = "";
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    map.put(key, value);
  }

  private static ScaledObject ofMetrics(WireReader in) {
    ScaledObject found = new ScaledObject("", "", Map.of());
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field == 1) {
        found = scaledObject(in.message());
      } else {
        in.skip();
      }
    }
    return found;
  }

  private static <T> Marshaller<T> reading(Function<WireReader, T> parser) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(T value) {
        throw new UnsupportedOperationException("only read here");
      }

      @Override
      public T parse(InputStream stream) {
        try {
          return parser.apply(new WireReader(ByteBuffer.wrap(stream.readAllBytes())));
        } catch (IOException | IllegalArgumentException e) {
          throw Status.INVALID_ARGUMENT
              .withDescription("not a message of externalscaler.proto: " + e.getMessage())
              .asRuntimeException();
        }
      }
    };
  }

  private static <T> Marshaller<T> writing(Function<T, WireWriter> writer) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(T value) {
        return new ByteArrayInputStream(writer.apply(value).bytes());
      }

      @Override
      public T parse(InputStream stream) {
        throw new UnsupportedOperationException("only written here");
      }
    };
  }
}
