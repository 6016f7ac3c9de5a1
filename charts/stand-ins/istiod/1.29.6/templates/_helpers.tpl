{{/* Labels of every object. */}}
{{- define "istio.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: "istio"
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end }}

{{/* Metadata of an object. Takes a dict of root, name, app and, for one in the namespace, namespaced. */}}
{{- define "istiod.metadata" -}}
name: {{ .name }}
{{- if .namespaced }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  app: {{ .app }}
  release: {{ .root.Release.Name }}
  app.kubernetes.io/name: {{ ternary "istiod" .app (eq .app "sidecar-injector") }}
  {{- include "istio.labels" .root | nindent 2 }}
{{- end }}
