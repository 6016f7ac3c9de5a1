{{/* What pods are selected by. */}}
{{- define "metrics-server.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "metrics-server.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{ include "metrics-server.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The account that it runs with, as a subject. */}}
{{- define "metrics-server.subjects" -}}
subjects:
  - { kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }} }
{{- end }}
