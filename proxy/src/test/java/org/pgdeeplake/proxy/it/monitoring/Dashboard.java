package org.pgdeeplake.proxy.it.monitoring;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The dashboard as Grafana reads it. */
record Dashboard(Config json) {
  /** A query of a panel, with Grafana's variables in it. */
  record Query(String panel, String expression) {
    /** With every value of every variable. */
    String resolved(Duration range) {
      return expression
          .replace("$__rate_interval", "5s")
          .replace("$__range", range.toSeconds() + "s")
          .replaceAll("\\$(job|instance|proxy)", ".*");
    }
  }

  static Dashboard read(Path file) {
    return new Dashboard(ConfigFactory.parseFile(file.toFile()));
  }

  List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    for (Config panel : json.getConfigList("panels")) {
      if (panel.hasPath("targets")) {
        for (Config target : panel.getConfigList("targets")) {
          queries.add(new Query(panel.getString("title"), target.getString("expr")));
        }
      }
    }
    return queries;
  }
}
