{{/* What pods are selected by. */}}
{{- define "prometheus.selector" -}}
app.kubernetes.io/component: server
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "prometheus.labels" -}}
{{ include "prometheus.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- with .Values.commonMetaLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* `prometheus-server` for a release that is called as the chart. */}}
{{- define "prometheus.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}-server{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}-server{{ end }}
{{- end }}

{{/* How a job talks to kubelets and to the API server. */}}
{{- define "prometheus.clusterAccess" -}}
scheme: https
bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token
tls_config:
  ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
  {{- if . }}
  insecure_skip_verify: true
  {{- end }}
{{- end }}

{{/* Follows the annotations prometheus.io/{scrape,scheme,path} of what is discovered: `pod` or `service`. */}}
{{- define "prometheus.annotationRules" -}}
- { source_labels: [__meta_kubernetes_{{ . }}_annotation_prometheus_io_scrape], action: keep, regex: true }
- { source_labels: [__meta_kubernetes_{{ . }}_annotation_prometheus_io_scrape_slow], action: drop, regex: true }
- source_labels: [__meta_kubernetes_{{ . }}_annotation_prometheus_io_scheme]
  regex: (https?)
  target_label: __scheme__
- source_labels: [__meta_kubernetes_{{ . }}_annotation_prometheus_io_path]
  regex: (.+)
  target_label: __metrics_path__
- { action: labelmap, regex: __meta_kubernetes_{{ . }}_label_(.+) }
- { source_labels: [__meta_kubernetes_namespace], target_label: namespace }
- { source_labels: [__meta_kubernetes_pod_node_name], target_label: node }
{{- end }}
