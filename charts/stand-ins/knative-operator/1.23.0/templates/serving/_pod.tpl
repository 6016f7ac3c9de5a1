{{/* A revision template: metadata and the part of a pod that Serving lets users decide. */}}
{{- define "serving.template" -}}
type: object
properties:
  metadata:
    type: object
    x-kubernetes-preserve-unknown-fields: true
    properties:
      name: { type: string }
      namespace: { type: string }
      annotations: { type: object, additionalProperties: { type: string } }
      labels: { type: object, additionalProperties: { type: string } }
      finalizers: { type: array, items: { type: string } }
  spec:
    {{- include "serving.revisionSpec" "" | nindent 4 }}
{{- end }}

{{/* The spec of a revision. Fields behind a feature flag pass with any content, as with Serving. */}}
{{- define "serving.revisionSpec" -}}
type: object
required: [containers]
properties:
  {{- range list "containerConcurrency" "timeoutSeconds" "idleTimeoutSeconds" "responseStartTimeoutSeconds" }}
  {{ . }}: { type: integer, format: int64 }
  {{- end }}
  {{- range list "serviceAccountName" "dnsPolicy" "priorityClassName" "runtimeClassName" "schedulerName" }}
  {{ . }}: { type: string }
  {{- end }}
  {{- range list "automountServiceAccountToken" "enableServiceLinks" "hostIPC" "hostNetwork" "hostPID" "shareProcessNamespace" }}
  {{ . }}: { type: boolean }
  {{- end }}
  {{- range list "affinity" "dnsConfig" "securityContext" }}
  {{ . }}: { type: object, x-kubernetes-preserve-unknown-fields: true }
  {{- end }}
  {{- range list "hostAliases" "initContainers" "tolerations" "topologySpreadConstraints" }}
  {{ . }}:
    type: array
    items: { type: object, x-kubernetes-preserve-unknown-fields: true }
  {{- end }}
  nodeSelector: { type: object, x-kubernetes-map-type: atomic, additionalProperties: { type: string } }
  imagePullSecrets:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [name]
    items:
      type: object
      x-kubernetes-map-type: atomic
      properties:
        name: { type: string, default: "" }
  containers:
    type: array
    items:
      {{- include "serving.container" "" | nindent 6 }}
  volumes:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [name]
    items:
      {{- include "serving.volume" "" | nindent 6 }}
{{- end }}

{{/* A container: one of them has the port. */}}
{{- define "serving.container" -}}
type: object
properties:
  {{- range list "name" "image" "imagePullPolicy" "workingDir" "terminationMessagePath" "terminationMessagePolicy" }}
  {{ . }}: { type: string }
  {{- end }}
  {{- range list "args" "command" }}
  {{ . }}: { type: array, x-kubernetes-list-type: atomic, items: { type: string } }
  {{- end }}
  env:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [name]
    items:
      type: object
      required: [name]
      properties:
        name: { type: string }
        value: { type: string }
        valueFrom:
          type: object
          properties:
            {{- range list "configMapKeyRef" "secretKeyRef" }}
            {{ . }}:
              type: object
              x-kubernetes-map-type: atomic
              required: [key]
              properties:
                key: { type: string }
                name: { type: string, default: "" }
                optional: { type: boolean }
            {{- end }}
            {{- range list "fieldRef" "resourceFieldRef" }}
            {{ . }}: { type: object, x-kubernetes-map-type: atomic, x-kubernetes-preserve-unknown-fields: true }
            {{- end }}
  envFrom:
    type: array
    x-kubernetes-list-type: atomic
    items:
      type: object
      properties:
        prefix: { type: string }
        {{- range list "configMapRef" "secretRef" }}
        {{ . }}:
          type: object
          x-kubernetes-map-type: atomic
          properties:
            name: { type: string, default: "" }
            optional: { type: boolean }
        {{- end }}
  ports:
    type: array
    items:
      type: object
      properties:
        containerPort: { type: integer, format: int32 }
        name: { type: string }
        protocol: { type: string, default: TCP }
  {{- range list "livenessProbe" "readinessProbe" "startupProbe" }}
  {{ . }}:
    {{- include "serving.probe" "" | nindent 4 }}
  {{- end }}
  resources:
    type: object
    properties:
      {{- range list "limits" "requests" }}
      {{ . }}:
        type: object
        additionalProperties:
          anyOf: [{ type: integer }, { type: string }]
          x-kubernetes-int-or-string: true
          pattern: '^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$'
      {{- end }}
  securityContext:
    type: object
    properties:
      {{- range list "allowPrivilegeEscalation" "privileged" "readOnlyRootFilesystem" "runAsNonRoot" }}
      {{ . }}: { type: boolean }
      {{- end }}
      {{- range list "runAsGroup" "runAsUser" }}
      {{ . }}: { type: integer, format: int64 }
      {{- end }}
      capabilities:
        type: object
        properties:
          {{- range list "add" "drop" }}
          {{ . }}: { type: array, x-kubernetes-list-type: atomic, items: { type: string } }
          {{- end }}
      seccompProfile:
        type: object
        required: [type]
        properties:
          type: { type: string }
          localhostProfile: { type: string }
  volumeMounts:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [mountPath]
    items:
      type: object
      required: [mountPath, name]
      properties:
        {{- range list "mountPath" "mountPropagation" "name" "subPath" }}
        {{ . }}: { type: string }
        {{- end }}
        readOnly: { type: boolean }
{{- end }}

{{/* A probe of a container. */}}
{{- define "serving.probe" -}}
type: object
properties:
  {{- range list "failureThreshold" "initialDelaySeconds" "periodSeconds" "successThreshold" "timeoutSeconds" }}
  {{ . }}: { type: integer, format: int32 }
  {{- end }}
  exec:
    type: object
    properties:
      command: { type: array, x-kubernetes-list-type: atomic, items: { type: string } }
  grpc:
    type: object
    properties:
      port: { type: integer, format: int32 }
      service: { type: string, default: "" }
  httpGet:
    type: object
    properties:
      host: { type: string }
      path: { type: string }
      scheme: { type: string }
      port: { anyOf: [{ type: integer }, { type: string }], x-kubernetes-int-or-string: true }
      httpHeaders:
        type: array
        x-kubernetes-list-type: atomic
        items:
          type: object
          required: [name, value]
          properties:
            name: { type: string }
            value: { type: string }
  tcpSocket:
    type: object
    properties:
      host: { type: string }
      port: { anyOf: [{ type: integer }, { type: string }], x-kubernetes-int-or-string: true }
{{- end }}

{{/* A volume. */}}
{{- define "serving.volume" -}}
type: object
required: [name]
properties:
  name: { type: string }
  {{- range list "csi" "emptyDir" "ephemeral" "hostPath" "image" "persistentVolumeClaim" "projected" }}
  {{ . }}: { type: object, x-kubernetes-preserve-unknown-fields: true }
  {{- end }}
  {{- range $source, $name := dict "configMap" "name" "secret" "secretName" }}
  {{ $source }}:
    type: object
    {{- if eq $source "configMap" }}
    x-kubernetes-map-type: atomic
    {{- end }}
    properties:
      {{ $name }}: { type: string{{ if eq $source "configMap" }}, default: ""{{ end }} }
      defaultMode: { type: integer, format: int32 }
      optional: { type: boolean }
      items:
        type: array
        x-kubernetes-list-type: atomic
        items:
          type: object
          required: [key, path]
          properties:
            key: { type: string }
            mode: { type: integer, format: int32 }
            path: { type: string }
  {{- end }}
{{- end }}
