{{/* A CRD of Serving with one version. Takes a dict of root, group, version, kind, plural, scope, shortNames, categories, labels, columns, spec, status (schemas as text) and statusRequired. */}}
{{- define "serving.crd" -}}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ .plural }}.{{ .group }}
  annotations:
    helm.sh/resource-policy: keep
  labels:
    app.kubernetes.io/name: knative-serving
    app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
    knative.dev/crd-install: "true"
    {{- range .labels }}
    {{ . }}: "true"
    {{- end }}
spec:
  group: {{ .group }}
  scope: {{ .scope | default "Namespaced" }}
  names:
    kind: {{ .kind }}
    plural: {{ .plural }}
    singular: {{ .kind | lower }}
    categories: {{ toJson .categories }}
    {{- with .shortNames }}
    shortNames: {{ toJson . }}
    {{- end }}
  versions:
    - name: {{ .version }}
      served: true
      storage: true
      subresources:
        status: {}
      {{- with .columns }}
      additionalPrinterColumns:
        {{- . | nindent 8 }}
      {{- end }}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            apiVersion: { type: string }
            kind: { type: string }
            metadata: { type: object }
            spec:
              {{- .spec | nindent 14 }}
            status:
              type: object
              {{- with .statusRequired }}
              required: {{ toJson . }}
              {{- end }}
              properties:
                {{- include "knative.statusFields" "" | nindent 16 }}
                {{- with .status }}
                {{- . | nindent 16 }}
                {{- end }}
{{- end }}

{{/* What every status of Knative has. */}}
{{- define "knative.statusFields" -}}
observedGeneration: { type: integer, format: int64 }
annotations: { type: object, additionalProperties: { type: string } }
conditions:
  type: array
  items:
    type: object
    required: [type, status]
    properties:
      type: { type: string }
      status: { type: string }
      reason: { type: string }
      message: { type: string }
      severity: { type: string }
      lastTransitionTime: { type: string }
{{- end }}

{{/* Ready and its reason, as columns. */}}
{{- define "serving.readyColumns" -}}
- { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
- { name: Reason, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].reason' }
{{- end }}

{{/* Where something answers. */}}
{{- define "serving.addressFields" -}}
url: { type: string }
address:
  type: object
  properties:
    name: { type: string }
    url: { type: string }
    audience: { type: string }
    CACerts: { type: string }
{{- end }}

{{/* Shares of revisions, in a spec or a status. */}}
{{- define "serving.traffic" -}}
type: array
items:
  type: object
  properties:
    configurationName: { type: string }
    latestRevision: { type: boolean }
    percent: { type: integer, format: int64 }
    revisionName: { type: string }
    tag: { type: string }
    url: { type: string }
{{- end }}

{{/* A load balancer of the networking layer. */}}
{{- define "serving.loadBalancer" -}}
type: object
properties:
  ingress:
    type: array
    items:
      type: object
      properties:
        domain: { type: string }
        domainInternal: { type: string }
        ip: { type: string }
        meshOnly: { type: boolean }
{{- end }}
