package org.pgdeeplake.proxy.support.keda;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/** KEDA's externalscaler.proto for Google's own protobuf, so that nobody agrees with himself. */
final class KedaProto {
  private static final FileDescriptor FILE = file();

  static final Descriptor REF = message("ScaledObjectRef");
  static final Descriptor IS_ACTIVE = message("IsActiveResponse");
  static final Descriptor SPECS = message("GetMetricSpecResponse");
  static final Descriptor METRICS_REQUEST = message("GetMetricsRequest");
  static final Descriptor METRICS = message("GetMetricsResponse");

  private KedaProto() {}

  private static FileDescriptor file() {
    try {
      FileDescriptorProto.Builder proto = FileDescriptorProto.newBuilder();
      TextFormat.merge(
          """
          name: "externalscaler.proto" package: "externalscaler" syntax: "proto3"
          message_type { name: "ScaledObjectRef"
            field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "namespace" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "scalerMetadata" number: 3 type: TYPE_MESSAGE label: LABEL_REPEATED
              type_name: ".externalscaler.ScaledObjectRef.ScalerMetadataEntry" }
            nested_type { name: "ScalerMetadataEntry" options { map_entry: true }
              field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
              field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } } }
          message_type { name: "IsActiveResponse"
            field { name: "result" number: 1 type: TYPE_BOOL label: LABEL_OPTIONAL } }
          message_type { name: "GetMetricSpecResponse"
            field { name: "metricSpecs" number: 1 type: TYPE_MESSAGE label: LABEL_REPEATED
              type_name: ".externalscaler.MetricSpec" } }
          message_type { name: "MetricSpec"
            field { name: "metricName" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "targetSize" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
            field { name: "targetSizeFloat" number: 3 type: TYPE_DOUBLE label: LABEL_OPTIONAL } }
          message_type { name: "GetMetricsRequest"
            field { name: "scaledObjectRef" number: 1 type: TYPE_MESSAGE label: LABEL_OPTIONAL
              type_name: ".externalscaler.ScaledObjectRef" }
            field { name: "metricName" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
          message_type { name: "GetMetricsResponse"
            field { name: "metricValues" number: 1 type: TYPE_MESSAGE label: LABEL_REPEATED
              type_name: ".externalscaler.MetricValue" } }
          message_type { name: "MetricValue"
            field { name: "metricName" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "metricValue" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
            field { name: "metricValueFloat" number: 3 type: TYPE_DOUBLE label: LABEL_OPTIONAL } }
          """,
          proto);
      return FileDescriptor.buildFrom(proto.build(), new FileDescriptor[0]);
    } catch (TextFormat.ParseException | DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  private static Descriptor message(String name) {
    return Objects.requireNonNull(FILE.findMessageTypeByName(name));
  }

  static Object get(DynamicMessage message, String field) {
    return message.getField(field(message.getDescriptorForType(), field));
  }

  static FieldDescriptor field(Descriptor of, String name) {
    return Objects.requireNonNull(of.findFieldByName(name), name);
  }

  /** Whose trigger asks. */
  static DynamicMessage ref(Map<String, String> metadata) {
    FieldDescriptor map = field(REF, "scalerMetadata");
    DynamicMessage.Builder ref =
        DynamicMessage.newBuilder(REF)
            .setField(field(REF, "name"), "pg-deeplake")
            .setField(field(REF, "namespace"), "db");
    metadata.forEach((key, value) ->
        ref.addRepeatedField(
            map,
            DynamicMessage.newBuilder(map.getMessageType())
                .setField(field(map.getMessageType(), "key"), key)
                .setField(field(map.getMessageType(), "value"), value)
                .build()));
    return ref.build();
  }

  static Marshaller<DynamicMessage> marshaller(Descriptor of) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(DynamicMessage value) {
        return value.toByteString().newInput();
      }

      @Override
      public DynamicMessage parse(InputStream stream) {
        try {
          return DynamicMessage.parseFrom(of, stream);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }
}
