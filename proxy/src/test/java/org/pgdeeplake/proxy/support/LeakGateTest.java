package org.pgdeeplake.proxy.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

// Rule: a buffer that is never released fails the class that leaked it.
class LeakGateTest {
  @Test
  void aLostBufferIsFoundAndNamed() {
    lose();
    assertThatThrownBy(() -> LeakGate.check("the test"))
        .hasMessageContaining("ByteBuf never released")
        .hasMessageContaining("LeakGateTest.lose");
    assertThat(LeakGate.collect()).as("told once").isEmpty();
  }

  @Test
  void nettyUsesTheRecordingDetector() {
    assertThat(ByteBufAllocator.DEFAULT.buffer().release()).isTrue();
    assertThat(RecordingLeakDetector.installed()).isTrue();
  }

  @Test
  void aReleasedBufferIsNoLeak() {
    ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer();
    assertThat(buffer.release()).isTrue();
    assertThat(LeakGate.collect()).isEmpty();
  }

  private static void lose() {
    ByteBuf lost = ByteBufAllocator.DEFAULT.buffer();
    lost.writeByte(1);
  }
}
