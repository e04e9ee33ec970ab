package org.pgdeeplake.chart;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Values that make the chart render something else; each is checked as a whole. */
final class Combinations {
  private Combinations() {}

  /** Their YAML by what they are about. */
  static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("defaults", "{}");
    all.put("keys", "aws: {accessKeyId: AKIA, secretAccessKey: secret, sessionToken: token}");
    all.put("persistence", "persistence: {enabled: true, storageClass: gp3, annotations: {a: b}}");
    all.put("shared local storage", "deeplake: {localStorage: {existingClaim: shared}}");
    all.put("S3", "deeplake: {rootPath: s3://bucket/prefix/}");
    all.put("envFromSecret", "envFromSecret: mine");
    all.put(
        "externalSecrets",
        """
        externalSecrets:
          - name: env
            secretStoreRef: {name: store, kind: ClusterSecretStore}
            data: [{secretKey: POSTGRES_PASSWORD, remoteRef: {key: db, property: password}}]
          - name: more
            refreshInterval: 5m
            secretStoreRef: {name: store, kind: SecretStore}
            target: {creationPolicy: Merge}
            dataFrom: [{extract: {key: db}}]
        """);
    for (String trigger : new String[] {"external-push", "metrics-api", "prometheus"}) {
      all.put(trigger, "autoscaling: {enabled: true, trigger: " + trigger + "}");
    }
    all.put(
        "gRPC with TLS",
        """
        autoscaling:
          enabled: true
          scaler: {tlsSecretName: scaler-tls, clientCa: true}
          authenticationRef: {name: keda}
        """);
    all.put("TLS off", "tls: {enabled: false}");
    all.put("TLS required", "tls: {require: true, minVersion: TLSv1.3}");
    all.put(
        "monitoring",
        """
        monitoring:
          serviceMonitor: {enabled: true, labels: {release: prometheus}}
          alerts: {enabled: true, owner: team, runbookUrl: "https://example.org/", labels: {a: b}}
          dashboard: {enabled: true}
        """);
    all.put("one replica", "{replicaCount: 1, proxy: {replicaCount: 1}}");
    all.put("two replicas", "{replicaCount: 2, proxy: {replicaCount: 2}}");
    all.put("haproxy", HAPROXY);
    all.put("without what can be left out", BARE);
    all.put("with what can be added", FULL);
    return all;
  }

  static String of(String name) {
    return Objects.requireNonNull(all().get(name), name);
  }

  static final String HAPROXY =
      """
      haproxy:
        image: {repository: haproxy, tag: "2.9"}
        replicaCount: 3
        queueTimeout: 60s
        resources: {limits: {memory: 1Gi}}
        stats: {auth: "ops:secret-of-ops"}
        service: {type: NodePort}
      """;

  private static final String BARE =
      """
      redis: {enabled: false}
      networkPolicy: {enabled: false}
      podDisruptionBudget: {enabled: false}
      serviceAccount: {create: false}
      podAntiAffinity: none
      topologySpreadConstraints: []
      proxy: {podAntiAffinity: none, existingSecret: proxies, service: {type: ClusterIP}}
      """;

  private static final String FULL =
      """
      nameOverride: other
      fullnameOverride: quite-other
      clusterDomain: k8s.example.org
      commonLabels: {team: data}
      commonAnnotations: {note: x}
      imagePullSecrets: [{name: registry}]
      podLabels: {p: q}
      podAnnotations: {r: s}
      nodeSelector: {disk: ssd}
      tolerations: [{key: db, operator: Exists, effect: NoSchedule}]
      affinity: {nodeAffinity: {}}
      priorityClassName: high
      postgresConfig: {extra: {random_page_cost: 1.1, auto_explain.log_min_duration: 5s}}
      proxy:
        heap: 256m
        podAntiAffinity: hard
        podLabels: {p: q}
        podAnnotations: {r: s}
        extraConfig: proxy.backends.pg_backends.retries = 5
        service: {annotations: {lb: internal}, loadBalancerSourceRanges: [10.0.0.0/8]}
        topologySpreadConstraints:
          - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}
      redis: {nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}]}
      networkPolicy:
        clients: [{ipBlock: {cidr: 10.0.0.0/8}}]
        instanceClients: [{podSelector: {matchLabels: {app: dba}}}]
      manager: {rbac: {create: true, subjects: [{kind: User, name: ops, apiGroup: rbac.authorization.k8s.io}]}}
      """;
}
