{{/* A CRD with one version. Takes a dict of root, group, scope, kind, plural, shortNames, required, columns, spec and status (schemas as text). */}}
{{- define "keda.crd" -}}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ .plural }}.{{ .group }}
  {{- with .root.Values.crds.additionalAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  labels:
    {{- include "keda.labels" (dict "root" .root "name" (printf "%s.%s" .plural .group)) | nindent 4 }}
spec:
  group: {{ .group }}
  scope: {{ .scope }}
  names:
    kind: {{ .kind }}
    listKind: {{ .kind }}List
    plural: {{ .plural }}
    singular: {{ .kind | lower }}
    {{- with .shortNames }}
    shortNames: {{ toJson . }}
    {{- end }}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources:
        status: {}
      additionalPrinterColumns:
        {{- .columns | nindent 8 }}
      schema:
        openAPIV3Schema:
          type: object
          {{- with .required }}
          required: {{ toJson . }}
          {{- end }}
          properties:
            apiVersion: { type: string }
            kind: { type: string }
            metadata: { type: object }
            spec:
              {{- .spec | nindent 14 }}
            status:
              {{- .status | nindent 14 }}
{{- end }}

{{/* Conditions as KEDA writes them: without times. */}}
{{- define "keda.conditionsSchema" -}}
type: array
items:
  type: object
  required: [type, status]
  properties:
    type: { type: string }
    status: { type: string }
    reason: { type: string }
    message: { type: string }
{{- end }}

{{/* Triggers of ScaledObject and ScaledJob; the former has metricType. */}}
{{- define "keda.triggersSchema" -}}
type: array
items:
  type: object
  required: [type, metadata]
  properties:
    type: { type: string }
    name: { type: string }
    metadata:
      type: object
      additionalProperties: { type: string }
    useCachedMetrics: { type: boolean }
    {{- if .metricType }}
    metricType: { type: string }
    {{- end }}
    authenticationRef:
      type: object
      required: [name]
      properties:
        name: { type: string }
        kind: { type: string }
{{- end }}

{{/* Whether a trigger has something to do, by trigger. */}}
{{- define "keda.triggersActivitySchema" -}}
type: object
additionalProperties:
  type: object
  properties:
    isActive: { type: boolean }
{{- end }}
