// The reserve of open files has room for as many connections as operators' ports let in.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.admin.AdminServer;
import org.pgdeeplake.proxy.console.ConsoleServer;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.scaler.ScalerServer;

class OperatorFilesTest {
  @Test
  void isCountedIn() {
    assertThat(OpenFiles.OPERATORS)
        .isEqualTo(
            AdminServer.MOST_CONNECTIONS
                + ConsoleServer.MOST_CONNECTIONS
                + ScalerServer.MOST_CONNECTIONS);
  }
}
