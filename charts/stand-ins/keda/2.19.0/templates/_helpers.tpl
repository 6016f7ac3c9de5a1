{{/* Labels of every object. Takes a dict of root and name. */}}
{{- define "keda.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: {{ .root.Values.operator.name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metadata of a cluster-scoped object. Takes a dict of root and name. */}}
{{- define "keda.metadata" -}}
name: {{ .name }}
{{- with .root.Values.additionalAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "keda.labels" . | nindent 2 }}
{{- end }}

{{/* Metadata of an object in the release's namespace. Takes a dict of root and name. */}}
{{- define "keda.namespacedMetadata" -}}
namespace: {{ .root.Release.Namespace }}
{{ include "keda.metadata" . }}
{{- end }}

{{/* An image. Takes a dict of root and image. */}}
{{- define "keda.image" -}}
{{ .image.registry }}/{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* What the three Deployments have in common. Takes a dict of root, name, component, image, resources, account, replicas, port, probe and args. */}}
{{- define "keda.deploymentSpec" -}}
replicas: {{ .replicas }}
revisionHistoryLimit: 10
selector:
  matchLabels:
    app: {{ .name }}
template:
  metadata:
    labels:
      app: {{ .name }}
      {{- include "keda.labels" . | nindent 6 }}
  spec:
    serviceAccountName: {{ .account }}
    automountServiceAccountToken: true
    securityContext:
      runAsNonRoot: true
    nodeSelector:
      kubernetes.io/os: linux
    containers:
      - name: {{ .name }}
        image: {{ include "keda.image" . }}
        imagePullPolicy: {{ .root.Values.image.pullPolicy }}
        command: [{{ .command }}]
        args:
          {{- range .args }}
          - {{ . }}
          {{- end }}
        env:
          - name: WATCH_NAMESPACE
            value: {{ .root.Values.watchNamespace | quote }}
          - name: POD_NAME
            valueFrom: { fieldRef: { fieldPath: metadata.name } }
          - name: POD_NAMESPACE
            valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
        ports:
          {{- range $name, $port := .ports }}
          - { name: {{ $name }}, containerPort: {{ $port }}, protocol: TCP }
          {{- end }}
        livenessProbe:
          httpGet: { path: /healthz, port: {{ .probe.port }}, scheme: {{ .probe.scheme }} }
          initialDelaySeconds: 25
        readinessProbe:
          httpGet: { path: /readyz, port: {{ .probe.port }}, scheme: {{ .probe.scheme }} }
          initialDelaySeconds: 20
          periodSeconds: 3
        resources:
          {{- toYaml .resources | nindent 10 }}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: { drop: [ALL] }
          seccompProfile: { type: RuntimeDefault }
        volumeMounts:
          - { name: certificates, mountPath: /certs, readOnly: true }
    volumes:
      - name: certificates
        secret:
          secretName: {{ .root.Values.certificates.secretName }}
          defaultMode: 420
          optional: true
{{- end }}
