{{/* A CRD. Takes a dict of root, group, kind, plural, shortNames, versions (served), storage, columns and spec (a schema as text). */}}
{{- define "istio.crd" -}}
{{- $name := printf "%s.%s" .plural .group -}}
{{- if not (has $name .root.Values.base.excludedCRDs) }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ $name }}
  annotations:
    helm.sh/resource-policy: keep
  labels:
    {{- include "istio.labels" .root | nindent 4 }}
spec:
  group: {{ .group }}
  scope: Namespaced
  names:
    kind: {{ .kind }}
    listKind: {{ .kind }}List
    plural: {{ .plural }}
    singular: {{ .kind | lower }}
    categories: [istio-io, {{ .group | replace "." "-" }}]
    {{- with .shortNames }}
    shortNames: {{ toJson . }}
    {{- end }}
  versions:
    {{- $crd := . }}
    {{- range .versions }}
    - name: {{ . }}
      served: true
      storage: {{ eq . $crd.storage }}
      subresources:
        status: {}
      {{- with $crd.columns }}
      additionalPrinterColumns:
        {{- . | nindent 8 }}
      {{- end }}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              {{- $crd.spec | nindent 14 }}
            status:
              {{- include "istio.statusSchema" $crd | nindent 14 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* What istiod writes where its analysis is on. */}}
{{- define "istio.statusSchema" -}}
type: object
x-kubernetes-preserve-unknown-fields: true
properties:
  observedGeneration: { x-kubernetes-int-or-string: true }
  conditions:
    type: array
    items:
      type: object
      properties:
        type: { type: string }
        status: { type: string }
        reason: { type: string }
        message: { type: string }
        lastProbeTime: { type: string, format: date-time }
        lastTransitionTime: { type: string, format: date-time }
        observedGeneration: { x-kubernetes-int-or-string: true }
  validationMessages:
    type: array
    items:
      type: object
      properties:
        documentationUrl: { type: string }
        level: { type: string, enum: [UNKNOWN, ERROR, WARNING, INFO] }
        type:
          type: object
          properties:
            code: { type: string }
            name: { type: string }
{{- end }}
