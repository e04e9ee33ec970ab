package org.pgdeeplake.proxy.scaler;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.util.List;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;

/** KEDA's requests, which are read by hand. */
public final class ScalerTarget implements FuzzTarget {
  @Override
  public void check(byte[] input) {
    for (Marshaller<Messages.ScaledObject> one :
        List.of(Messages.SCALED_OBJECT, Messages.METRICS_REQUEST)) {
      try {
        Messages.ScaledObject read = one.parse(new ByteArrayInputStream(input));
        int kept = read.name().length() + read.namespace().length();
        assertThat(kept).isLessThanOrEqualTo(input.length);
        assertThat(read.metadata()).hasSizeLessThanOrEqualTo(input.length);
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      }
    }
  }
}
