package org.pgdeeplake.proxy.it;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: back-pressure, last words and resets are inside TLS what they are without it.
@Tag("long")
class TlsFlowIT extends FlowIT {
  @TempDir private Path directory;

  @Override
  ProxyFile edge(ProxyFile builder) {
    return builder.frontend(TestTls.in(directory).terminate());
  }

  @Override
  RawClient met(RawClient client) throws IOException {
    return client.startTls();
  }
}
