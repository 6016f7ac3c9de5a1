{{/* What pods of a program are selected by. Takes a dict of root, name (of the program) and component. */}}
{{- define "cert-manager.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of every object of a program. Takes the same. */}}
{{- define "cert-manager.labels" -}}
app: {{ .name }}
{{ include "cert-manager.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* An image. Takes a dict of root and image. */}}
{{- define "cert-manager.image" -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The program that an object belongs to, by component: what it is called, and the account that it runs with. */}}
{{- define "cert-manager.programs" -}}
controller: { name: cert-manager, account: cert-manager }
cainjector: { name: cainjector, account: cert-manager-cainjector }
webhook: { name: webhook, account: cert-manager-webhook }
{{- end }}

{{/* Account, Deployment and Service of a program. Takes a dict of root, component, replicas, image, args, ports (a list), probes and servicePorts. */}}
{{- define "cert-manager.program" -}}
{{- $program := get (include "cert-manager.programs" . | fromYaml) .component }}
{{- $it := dict "root" .root "component" .component "name" $program.name }}
apiVersion: v1
kind: ServiceAccount
automountServiceAccountToken: true
metadata:
  name: {{ $program.account }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "cert-manager.labels" $it | nindent 4 }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $program.account }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "cert-manager.labels" $it | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "cert-manager.selector" $it | nindent 4 }}
  ports:
    {{- toYaml .servicePorts | nindent 4 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $program.account }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "cert-manager.labels" $it | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels:
      {{- include "cert-manager.selector" $it | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "cert-manager.labels" $it | nindent 8 }}
      annotations:
        prometheus.io/path: /metrics
        prometheus.io/scrape: "true"
        prometheus.io/port: "9402"
    spec:
      serviceAccountName: {{ $program.account }}
      enableServiceLinks: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      nodeSelector: { kubernetes.io/os: linux }
      containers:
        - name: {{ $.container }}
          image: {{ include "cert-manager.image" . }}
          imagePullPolicy: {{ .image.pullPolicy }}
          args:
            - --v={{ .root.Values.global.logLevel }}
            {{- range .args }}
            - {{ . }}
            {{- end }}
          env:
            - name: POD_NAMESPACE
              valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
          ports:
            {{- range $port, $number := .ports }}
            - { name: {{ $port }}, containerPort: {{ $number }}, protocol: TCP }
            {{- end }}
          {{- with .probes }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
{{- end }}
