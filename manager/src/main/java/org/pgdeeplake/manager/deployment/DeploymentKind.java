package org.pgdeeplake.manager.deployment;

/** What runs the instances. */
public enum DeploymentKind {
  /** Processes of this machine, with the embedded PostgreSQL. */
  local,
  /** Containers of docker-compose.yml. */
  compose,
  /** The pods of the chart's StatefulSet. */
  kubernetes
}
