package org.pgdeeplake.proxy.fuzz;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Jazzer looks for by name: {@code --target_class}, {@code --target_args=TARGET}. */
public final class JazzerEntry {
  private static @Nullable FuzzTarget target;

  private JazzerEntry() {}

  public static void fuzzerInitialize(String[] args) throws Exception {
    FuzzTarget opened = Target.of(args[0]).orElseThrow().open();
    loadClasses(opened);
    target = opened;
  }

  /** Classes are instrumented as they are loaded; on a busy machine that is no input's fault. */
  private static void loadClasses(FuzzTarget opened) {
    try {
      opened.check(new byte[0]);
    } catch (Exception | Error finding) {
      // The fuzzer's first input is the empty one, too: there it is told as what it is.
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(target, "nothing is checked without fuzzerInitialize").check(input);
  }
}
