{{/* Parts of schemas that several kinds have. Those of one line are written where a value stands. */}}
{{- define "istio.duration" -}}
{ type: string, x-kubernetes-validations: [{ rule: "duration(self) >= duration('1ms')", message: must be a valid duration greater than 1ms }] }
{{- end }}

{{- define "istio.unsigned" -}}
{ type: integer, minimum: 0, maximum: 4294967295 }
{{- end }}

{{- define "istio.texts" -}}
{ type: array, items: { type: string } }
{{- end }}

{{- define "istio.textMap" -}}
{ type: object, additionalProperties: { type: string } }
{{- end }}

{{- define "istio.percentage" -}}
{ type: object, properties: { value: { type: number, format: double } } }
{{- end }}

{{/* At most one of some fields, as a protobuf oneof; takes their names. */}}
{{- define "istio.atMostOne" -}}
{{- $required := list }}
{{- range . }}{{ $required = append $required (dict "required" (list .)) }}{{ end }}
{{- toJson (concat (list (dict "not" (dict "anyOf" $required))) $required) }}
{{- end }}

{{- define "istio.stringMatch" -}}
{ type: object, oneOf: {{ include "istio.atMostOne" (list "exact" "prefix" "regex") }}, properties: { exact: { type: string }, prefix: { type: string }, regex: { type: string } } }
{{- end }}

{{- define "istio.stringMatches" -}}
{ type: object, additionalProperties: {{ include "istio.stringMatch" . }} }
{{- end }}

{{- define "istio.destination" -}}
{ type: object, required: [host], properties: { host: { type: string }, subset: { type: string }, port: { type: object, properties: { number: {{ include "istio.unsigned" . }} } } } }
{{- end }}

{{- define "istio.headerOperations" -}}
{ type: object, properties: { set: {{ include "istio.textMap" . }}, add: {{ include "istio.textMap" . }}, remove: {{ include "istio.texts" . }} } }
{{- end }}

{{- define "istio.headers" -}}
{ type: object, properties: { request: {{ include "istio.headerOperations" . }}, response: {{ include "istio.headerOperations" . }} } }
{{- end }}

{{/* A route of TCP and TLS rules. */}}
{{- define "istio.plainRoutes" -}}
{ type: array, items: { type: object, required: [destination], properties: { destination: {{ include "istio.destination" . }}, weight: { type: integer, format: int32 } } } }
{{- end }}
