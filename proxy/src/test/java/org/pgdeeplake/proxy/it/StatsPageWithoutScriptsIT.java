package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Browser;
import org.pgdeeplake.proxy.support.NeedsProgram;

// Rule: without scripts the page tells the same, asks the same and can keep itself up to date.
@NeedsProgram({"chromium", "chromedriver"})
@Tag("long")
class StatsPageWithoutScriptsIT extends StatsPageStage {
  @Test
  void readsAndAsksWithoutScripts() {
    try (Browser plain = Browser.withoutScripts()) {
      signIn(plain);
      assertThat(plain.text("#state")).contains("Serving", "2 of 2 servers are up");
      assertThat(plain.text("#backend-0")).contains("s1", "s2", "UP", "L7OK");
      plain.click("a.drain[href*='s=s2']");
      plain.awaitText("#question", "Drain pg_backends/s2?");
      plain.click("#question button[type=submit]");
      plain.awaitText("#notice", "pg_backends/s2 drains");
      assertThat(state(2)).isEqualTo(AdministrativeState.DRAIN);
    }
  }

  @Test
  void refreshesItselfWithoutScripts() {
    try (Browser plain = Browser.withoutScripts()) {
      signIn(plain).open(origin("") + "/stats;up");
      String moment = plain.text("#moment");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> plain.has("#moment") && !plain.text("#moment").equals(moment));
      assertThat(plain.url()).endsWith("/stats;up");
    }
  }
}
