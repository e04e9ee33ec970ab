// Rule: servers that discovery finds get files for their checks, which sessions cannot take.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestDns;
import org.pgdeeplake.proxy.support.TestProxy;

@NeedsProgram(TestDns.PROGRAM)
class FoundServersFilesIT {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final String NAME = "pg-0.pg.test";

  @Test
  void theChecksOfWhatIsFoundHaveTheirFiles() throws Exception {
    try (TestDns dns = TestDns.started(1);
        TestProxy proxy = DnsDiscoveryIT.proxy(dns, NAME, 1).start()) {
      int many = 14;
      dns.set(Map.of(NAME, IntStream.rangeClosed(1, many).mapToObj(i -> "127.0.1." + i).toList()));
      int places = OpenFiles.ofProcess(many).sessions();
      assertThat(places).isLessThan(OpenFiles.ofProcess(0).sessions());
      await()
          .atMost(LIMIT)
          .until(
              () -> ScrapedText.of(proxy).number("haproxy_process_hard_max_connections") == places);
    }
  }
}
