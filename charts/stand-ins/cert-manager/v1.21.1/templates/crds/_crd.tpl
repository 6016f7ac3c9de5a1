{{/* A CRD with version v1. Takes a dict of root, group, scope, kind, shortNames, required, columns, fields (selectable), spec and status (schemas as text). */}}
{{- define "cert-manager.crd" -}}
{{- $plural := printf "%ss" (lower .kind) }}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ $plural }}.{{ .group }}
  {{- if .root.Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
  labels:
    {{- include "cert-manager.labels" (dict "root" .root "name" "cert-manager" "component" "crds") | nindent 4 }}
spec:
  group: {{ .group }}
  scope: {{ .scope | default "Namespaced" }}
  names:
    kind: {{ .kind }}
    listKind: {{ .kind }}List
    plural: {{ $plural }}
    singular: {{ .kind | lower }}
    categories: {{ toJson (ternary (list "cert-manager") (list "cert-manager" "cert-manager-acme") (eq .group "cert-manager.io")) }}
    {{- with .shortNames }}
    shortNames: {{ toJson . }}
    {{- end }}
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
      {{- if .byIssuer }}
      selectableFields:
        - { jsonPath: .spec.issuerRef.group }
        - { jsonPath: .spec.issuerRef.kind }
        - { jsonPath: .spec.issuerRef.name }
      {{- end }}
      additionalPrinterColumns:
        {{- .columns | nindent 8 }}
        - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
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

{{/* Which issuer signs. */}}
{{- define "cert-manager.issuerRef" -}}
type: object
required: [name]
properties:
  name: { type: string }
  kind: { type: string }
  group: { type: string }
{{- end }}

{{/* A key of a Secret. */}}
{{- define "cert-manager.secretKey" -}}
type: object
required: [name]
properties:
  name: { type: string }
  key: { type: string }
{{- end }}

{{/* Conditions, one of each type. */}}
{{- define "cert-manager.conditions" -}}
type: array
x-kubernetes-list-type: map
x-kubernetes-list-map-keys: [type]
items:
  type: object
  required: [type, status]
  properties:
    type: { type: string }
    status: { type: string, enum: ["True", "False", Unknown] }
    reason: { type: string }
    message: { type: string }
    lastTransitionTime: { type: string, format: date-time }
    observedGeneration: { type: integer, format: int64 }
{{- end }}

{{/* What a key may be used for. */}}
{{- define "cert-manager.usages" -}}
type: array
x-kubernetes-list-type: atomic
items:
  type: string
  enum:
    - signing
    - digital signature
    - content commitment
    - key encipherment
    - key agreement
    - data encipherment
    - cert sign
    - crl sign
    - encipher only
    - decipher only
    - any
    - server auth
    - client auth
    - code signing
    - email protection
    - s/mime
    - ipsec end system
    - ipsec tunnel
    - ipsec user
    - timestamping
    - ocsp signing
    - microsoft sgc
    - netscape sgc
{{- end }}

{{/* A column with the status, or the message, of the condition Ready. */}}
{{- define "cert-manager.readyColumns" -}}
- { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type == "Ready")].status' }
{{- end }}
{{- define "cert-manager.messageColumn" -}}
- { name: Status, type: string, jsonPath: '.status.conditions[?(@.type == "Ready")].message', priority: 1 }
{{- end }}
