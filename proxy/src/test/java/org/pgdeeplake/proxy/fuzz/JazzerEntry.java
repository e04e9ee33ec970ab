package org.pgdeeplake.proxy.fuzz;

import org.jspecify.annotations.Nullable;

/** What Jazzer looks for by name: {@code --target_class}, {@code --target_args=TARGET}. */
public final class JazzerEntry {
  private static @Nullable FuzzTarget target;

  private JazzerEntry() {}

  public static void fuzzerInitialize(String[] args) throws Exception {
    FuzzTarget opened = Target.of(args[0]).orElseThrow().open();
    // Classes are instrumented as they are loaded; on a busy machine that is no input's fault.
    opened.check(new byte[0]);
    target = opened;
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    FuzzTarget now = target;
    if (now != null) {
      now.check(input);
    }
  }
}
