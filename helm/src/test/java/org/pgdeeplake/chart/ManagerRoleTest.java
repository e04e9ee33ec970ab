// The Role that the chart makes for the manager is the one in the documents, which RoleTest of the
// manager holds against what it asks a cluster for; of Secrets it has those that pods start from.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import org.junit.jupiter.api.Test;

class ManagerRoleTest {
  private static final String CREATE = "manager: {rbac: {create: true}}";

  private static JsonElement rules(String role, String... values) {
    return at(Chart.render(values).get(role), "rules");
  }

  @Test
  void withTheNamesOfTheExampleItIsThatOfTheDocuments() {
    String documented = Chart.read(Chart.ROOT.resolve("docs/manager-role.yaml"));
    assertThat(rules("Role/pg-deeplake-manager", production(), CREATE))
        .isEqualTo(at(new Gson().toJsonTree(Yaml.load(documented)), "rules"));
  }

  private static String production() {
    return Yaml.dump(Chart.exampleValues("production"));
  }

  @Test
  void namesAreThoseOfTheRelease() {
    String rules =
        rules("Role/other-manager", CREATE, "{fullnameOverride: other, envFromSecret: keys}")
            .toString();
    assertThat(rules)
        .contains("\"resources\":[\"secrets\"],\"resourceNames\":[\"other\",\"keys\"]")
        .contains("\"resources\":[\"statefulsets/scale\"],\"resourceNames\":[\"other\"]");
    assertThat(rules("Role/pg-deeplake-manager", CREATE).toString())
        .contains("\"resources\":[\"secrets\"],\"resourceNames\":[\"pg-deeplake\"]");
  }
}
