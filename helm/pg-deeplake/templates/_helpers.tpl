{{- define "pg-deeplake.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* At most 45, so that the longest suffix and an ordinal stay within the 63 of a name. */}}
{{- define "pg-deeplake.fullname" -}}
{{- $name := include "pg-deeplake.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "pg-deeplake.headless" -}}{{ include "pg-deeplake.fullname" . }}-headless{{- end }}
{{- define "pg-deeplake.proxyName" -}}{{ include "pg-deeplake.fullname" . }}-proxy{{- end }}
{{- define "pg-deeplake.proxyAdmin" -}}{{ include "pg-deeplake.proxyName" . }}-admin{{- end }}
{{- define "pg-deeplake.proxyHeadless" -}}{{ include "pg-deeplake.proxyName" . }}-headless{{- end }}
{{- define "pg-deeplake.redisName" -}}{{ include "pg-deeplake.fullname" . }}-redis{{- end }}

{{/* Of a Service of the release, for the proxy's resolver: absolute, so that no search list is needed. (list $ service) */}}
{{- define "pg-deeplake.absolute" -}}
{{- $root := index . 0 -}}
{{ index . 1 }}.{{ $root.Release.Namespace }}.svc.{{ $root.Values.clusterDomain }}.
{{- end }}

{{- define "pg-deeplake.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "pg-deeplake.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{/* (list $ component) */}}
{{- define "pg-deeplake.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "pg-deeplake.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* (list $ component) */}}
{{- define "pg-deeplake.labels" -}}
{{- $root := index . 0 -}}
{{ include "pg-deeplake.selector" . }}
app.kubernetes.io/part-of: pg-deeplake
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* metadata of an object: (list $ name component [annotations [labels]]) */}}
{{- define "pg-deeplake.metadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (dict) $root.Values.commonAnnotations -}}
{{- if gt (len .) 3 }}{{ $annotations = merge (deepCopy (index . 3)) $annotations }}{{ end -}}
{{- $labels := include "pg-deeplake.labels" (list $root (index . 2)) | fromYaml -}}
{{- if gt (len .) 4 }}{{ $labels = merge (deepCopy (index . 4)) $labels }}{{ end -}}
name: {{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where a pod may run: (list $ values component) */}}
{{- define "pg-deeplake.scheduling" -}}
{{- $values := index . 1 -}}
{{- $labels := include "pg-deeplake.selector" (list (index . 0) (index . 2)) | fromYaml -}}
{{- with (index . 0).Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" $labels) }}
{{- if $values.affinity }}
affinity:
  {{- toYaml $values.affinity | nindent 2 }}
{{- else if eq (default "none" $values.podAntiAffinity) "hard" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - {{- toYaml $term | nindent 8 }}
{{- else if eq (default "none" $values.podAntiAffinity) "soft" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          {{- toYaml $term | nindent 10 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{- toYaml (merge (deepCopy .) (dict "labelSelector" (dict "matchLabels" $labels))) | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Of the proxy: its values, and over them those of the name that it had when it was HAProxy. */}}
{{- define "pg-deeplake.proxy" -}}
{{- $old := pick (default dict .Values.haproxy) "replicaCount" "resources" "queueTimeout" "stats" "service" -}}
{{- $proxy := mergeOverwrite (deepCopy .Values.proxy) (deepCopy $old) -}}
{{- $auth := $proxy.stats.auth -}}
{{- if kindIs "string" $auth -}}
{{- $parts := splitn ":" 2 $auth -}}
{{- $auth = dict "user" $parts._0 "password" (default "" $parts._1) -}}
{{- end -}}
{{- $user := default (default "admin" $auth.user) $auth.username -}}
{{- $_ := set $proxy.stats "auth" (dict "user" $user "password" (default "" $auth.password)) -}}
{{- toYaml $proxy -}}
{{- end }}

{{- define "pg-deeplake.proxySecret" -}}
{{- default (include "pg-deeplake.proxyName" .) .Values.proxy.existingSecret -}}
{{- end }}

{{/* How many instances there can be: as many names the proxy looks up. */}}
{{- define "pg-deeplake.maxInstances" -}}
{{- ternary .Values.autoscaling.maxReplicas (max 1 .Values.replicaCount) .Values.autoscaling.enabled -}}
{{- end }}

{{/* Generated values are the same in all templates of one rendering, and at upgrades those that are in the cluster. (Only
     then are they looked for: some renderers fail at a lookup without a cluster.) (list $ secret key value) */}}
{{- define "pg-deeplake.kept" -}}
{{- $root := index . 0 -}}
{{- $value := index . 3 -}}
{{- $memory := printf "kept/%s/%s" (index . 1) (index . 2) -}}
{{- if not $value -}}
{{- if not (hasKey $root.Values $memory) -}}
{{- $there := dict -}}
{{- if $root.Release.IsUpgrade }}{{ $there = lookup "v1" "Secret" $root.Release.Namespace (index . 1) }}{{ end -}}
{{- $data := default dict (default dict $there).data -}}
{{- $old := default "" (get $data (index . 2)) -}}
{{- $_ := set $root.Values $memory (ternary (b64dec $old) (randAlphaNum 32) (ne $old "")) -}}
{{- end -}}
{{- $value = get $root.Values $memory -}}
{{- end -}}
{{- $value | b64enc | quote -}}
{{- end }}

{{/* The file of config/, with values in place of its own. */}}
{{- define "pg-deeplake.postgresqlConf" -}}
{{- $config := .Values.postgresConfig -}}
{{- $set := dict "shared_buffers" $config.sharedBuffers "work_mem" $config.workMem "maintenance_work_mem" $config.maintenanceWorkMem "effective_cache_size" $config.effectiveCacheSize "max_connections" $config.maxConnections "max_wal_size" $config.maxWalSize "log_min_duration_statement" $config.logMinDurationStatement -}}
{{- if .Values.persistence.enabled -}}
{{- $set = merge (dict "fsync" "on" "synchronous_commit" "on" "full_page_writes" "on" "wal_level" "replica" "checkpoint_timeout" "5min") $set -}}
{{- end -}}
{{- $set = merge (deepCopy $config.extra) $set -}}
{{- $lines := list -}}
{{- range $line := splitList "\n" (.Files.Get "files/postgresql-overrides.conf" | trim) -}}
{{- $key := regexFind "^[a-z_]+" $line -}}
{{- if hasKey $set $key -}}
{{- $line = printf "%s = %v" $key (get $set $key) -}}
{{- $set = omit $set $key -}}
{{- end -}}
{{- $lines = append $lines $line -}}
{{- end -}}
{{- if .Values.persistence.enabled -}}
{{- /* What it says there is about a disk that may be lost. */ -}}
{{- $text := regexReplaceAll "^(#.*\n)+" (join "\n" $lines) "# Appended to an instance's postgresql.conf at its first start. Its disk is kept.\n" -}}
{{- $lines = splitList "\n" (replace "# No durability" "# Durability" $text) -}}
{{- end -}}
{{- if $set }}{{ $lines = concat $lines (list "" "# postgresConfig") }}{{ end -}}
{{- range $key := keys $set | sortAlpha }}{{ $lines = append $lines (printf "%s = %v" $key (get $set $key)) }}{{ end -}}
{{- join "\n" $lines -}}
{{- end }}

{{/* What cannot work is refused, all of it at once. */}}
{{- define "pg-deeplake.refusals" -}}
{{- $problems := list -}}
{{- $values := .Values -}}
{{- if and $values.security.enforceSecureDefaults (not $values.envFromSecret) -}}
{{- if not $values.postgres.password -}}
{{- $problems = append $problems "postgres.password is empty: set it, or envFromSecret to a Secret with POSTGRES_PASSWORD (security.enforceSecureDefaults)" -}}
{{- else if has $values.postgres.password (list "postgres" "password" "changeme") -}}
{{- $problems = append $problems (printf "postgres.password is %q, which everybody tries first: set another, or envFromSecret to a Secret with POSTGRES_PASSWORD (security.enforceSecureDefaults)" $values.postgres.password) -}}
{{- end -}}
{{- end -}}
{{- if ne (empty $values.aws.accessKeyId) (empty $values.aws.secretAccessKey) -}}
{{- $problems = append $problems "aws.accessKeyId and aws.secretAccessKey belong together: one of them is empty" -}}
{{- end -}}
{{- if and $values.autoscaling.enabled (gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas %v is more than autoscaling.maxReplicas %v" $values.autoscaling.minReplicas $values.autoscaling.maxReplicas) -}}
{{- end -}}
{{- if and $values.autoscaling.scaler.clientCa (not (and $values.autoscaling.scaler.tlsSecretName $values.autoscaling.authenticationRef)) -}}
{{- $problems = append $problems "autoscaling.scaler.clientCa needs autoscaling.scaler.tlsSecretName and autoscaling.authenticationRef: KEDA must show a certificate" -}}
{{- end -}}
{{- if and $values.tls.enabled (not $values.tls.secretName) -}}
{{- $problems = append $problems "tls.secretName is empty: name a Secret of type kubernetes.io/tls, or set tls.enabled=false" -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n- %s" (join "\n- " $problems)) -}}
{{- end -}}
{{- end }}
