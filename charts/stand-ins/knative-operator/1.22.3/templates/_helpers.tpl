{{/* Labels of every object. Takes the root. */}}
{{- define "knative.labels" -}}
app.kubernetes.io/name: knative-operator
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* A ClusterRoleBinding of a service account of the release. Takes a dict of root, name, role and account. */}}
{{- define "knative.clusterRoleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ .name }}
  labels:
    {{- include "knative.labels" .root | nindent 4 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ .role }} }
subjects:
  - { kind: ServiceAccount, name: {{ .account }}, namespace: {{ .root.Release.Namespace }} }
{{- end }}

{{/* What containers of both programs have in common. Takes a dict of root and program (its values). */}}
{{- define "knative.container" -}}
image: "{{ .program.image }}:{{ .program.tag }}"
resources:
  {{- toYaml .program.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Where the programs find themselves and their settings. Takes the root. */}}
{{- define "knative.env" -}}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: SYSTEM_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
- { name: METRICS_DOMAIN, value: knative.dev/operator }
- { name: CONFIG_LOGGING_NAME, value: config-logging }
- { name: CONFIG_OBSERVABILITY_NAME, value: config-observability }
- { name: KUBERNETES_MIN_VERSION, value: {{ .Values.knative_operator.kubernetes_min_version | quote }} }
{{- end }}
