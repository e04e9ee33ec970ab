// The dashboard is one that Grafana 10 and 11 import: its panels have a place, a unit, and queries
// that
// use its variables only.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DashboardTest {
  private static final Set<String> OF_GRAFANA = Set.of("__rate_interval", "__range");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

  private final Config dashboard =
      ConfigFactory.parseFile(Path.of("../monitoring/grafana-dashboard.json").toFile());
  private final List<? extends Config> panels = dashboard.getConfigList("panels");

  @Test
  void canBeImported() {
    assertThat(dashboard.getInt("schemaVersion")).isBetween(36, 41);
    assertThat(dashboard.getString("uid")).isNotEmpty();
    assertThat(dashboard.getIsNull("id")).as("Grafana gives it").isTrue();
    assertThat(panels).extracting(panel -> panel.getInt("id")).doesNotHaveDuplicates();
  }

  @Test
  void noPanelLiesOnAnother() {
    Set<List<Integer>> taken = new HashSet<>();
    for (Config panel : panels) {
      Config place = panel.getConfig("gridPos");
      assertThat(place.getInt("x") + place.getInt("w")).isLessThanOrEqualTo(24);
      for (int x = place.getInt("x"); x < place.getInt("x") + place.getInt("w"); x++) {
        for (int y = place.getInt("y"); y < place.getInt("y") + place.getInt("h"); y++) {
          assertThat(taken.add(List.of(x, y))).as(panel.getString("title")).isTrue();
        }
      }
    }
  }

  @Test
  void everyPanelHasAUnitAndQueriesOfTheChosenDataSource() {
    for (Config panel : panels) {
      if (panel.getString("type").equals("row")) {
        continue;
      }
      String title = panel.getString("title");
      assertThat(panel.getString("fieldConfig.defaults.unit")).as(title).isNotEmpty();
      assertThat(panel.getConfigList("targets"))
          .as(title)
          .isNotEmpty()
          .allSatisfy(target -> {
            assertThat(target.getString("datasource.uid")).isEqualTo("${datasource}");
            assertThat(target.getString("legendFormat")).isNotEmpty();
          })
          .extracting(target -> target.getString("refId"))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void everyVariableIsDefinedAndUsed() {
    Set<String> defined =
        dashboard.getConfigList("templating.list").stream()
            .map(variable -> variable.getString("name"))
            .collect(Collectors.toSet());
    List<String> texts = new ArrayList<>();
    for (Config panel : panels) {
      if (panel.hasPath("targets")) {
        panel
            .getConfigList("targets")
            .forEach(target -> {
              texts.add(target.getString("expr"));
              texts.add(target.getString("datasource.uid"));
            });
      }
    }
    Set<String> used =
        texts.stream()
            .flatMap(text -> VARIABLE.matcher(text).results())
            .map(found -> found.group(1))
            .filter(name -> !OF_GRAFANA.contains(name))
            .collect(Collectors.toSet());
    assertThat(used).isEqualTo(defined);
  }
}
