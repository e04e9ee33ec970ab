// Logback finds the proxy's configuration as a service, and it gives way to a file of somebody
// else's.
package org.pgdeeplake.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LogbackSetupTest {
  @Test
  void isAServiceThatGivesWayToTheFileOfTheTests() {
    Configurator setup =
        ServiceLoader.load(Configurator.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(LogbackSetup.class::isInstance)
            .findFirst()
            .orElseThrow();
    LoggerContext context = new LoggerContext();

    assertThat(setup.configure(context)).isEqualTo(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
    assertThat(Logging.of(context).dropped()).isZero();
    assertThat(context.getLoggerList()).hasSize(1);
  }
}
