/** A chart with a CRD, an object of it, a ConfigMap, a Service, a Deployment and a hook, as files. */
export const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': `apiVersion: v2
name: web
version: 1.0.0
kubeVersion: ">= 1.30.0"
`,
  'values.yaml': `message: one
replicas: 1
`,
  'crds/gadgets.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gadgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Gadget, plural: gadgets, singular: gadget }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: { type: integer, minimum: 1 }
                mode: { type: string, default: plain }
`,
  'templates/gadget.yaml': `apiVersion: example.com/v1
kind: Gadget
metadata:
  name: web
spec:
  size: 1
`,
  'templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  message: {{ .Values.message | quote }}
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: { app: web }
  ports:
    - name: http
      port: 80
      targetPort: 8080
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: example.com/web:1
          ports:
            - containerPort: 8080
`,
  'templates/before.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: web-before
  annotations:
    helm.sh/hook: pre-install
    helm.sh/hook-delete-policy: hook-succeeded
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: before
          image: example.com/web:1
`,
};
