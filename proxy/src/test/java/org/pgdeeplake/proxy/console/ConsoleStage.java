package org.pgdeeplake.proxy.console;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

/** A console before a proxy without servers, for each test, with the limits that it wants. */
abstract class ConsoleStage {
  final TestProxy proxy = TestProxy.to().start();
  private @Nullable TestConsole console;

  final void start(Limits limits) {
    start(proxy.operations(), limits);
  }

  final void start(Operations operations, Limits limits) {
    console = new TestConsole(operations, limits);
  }

  @AfterEach
  void stop() {
    if (console != null) {
      console.close();
    }
    proxy.close();
  }

  final TestConsole console() {
    return Objects.requireNonNull(console);
  }

  final RawClient open() {
    return console().open();
  }

  final RawClient login() throws IOException {
    return console().login();
  }
}
