{{/* Labels of every object. */}}
{{- define "istio.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: "istio"
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end }}

{{/* Labels by which the gateway's pods are found: Gateways select `istio`. */}}
{{- define "gateway.selector" -}}
app: {{ .Release.Name }}
istio: {{ .Release.Name | trimPrefix "istio-" }}
{{- end }}

{{- define "gateway.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  app.kubernetes.io/name: {{ .Release.Name }}
  istio.io/dataplane-mode: none
  {{- include "gateway.selector" . | nindent 2 }}
  {{- include "istio.labels" . | nindent 2 }}
{{- end }}
