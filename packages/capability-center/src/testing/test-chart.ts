import type { JsonObject, KubernetesObject } from '@capstan/base';

/** Group of the kinds that test charts bring. */
export const TEST_GROUP = 'things.example.org';

/** A CRD of a test chart; its name is `<plural>.things.example.org`. */
export interface TestCrd {
  readonly kind: string;
  /** Properties of `spec`. Default: `size`, an integer. */
  readonly spec?: JsonObject;
  /** Required properties of `spec`. */
  readonly required?: readonly string[];
  readonly scope?: 'Namespaced' | 'Cluster';
  /** Versions, all with the same schema; the last one is stored. Default: `v1`. */
  readonly versions?: readonly string[];
}

/** What a test chart renders besides its ConfigMap. */
export interface TestChart {
  /** A Deployment named as the package; default true. */
  readonly deployment?: boolean;
  /** Default 1. */
  readonly replicas?: number;
  readonly crds?: readonly TestCrd[];
  /** More files of `templates/`, as Helm reads them. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** `things` of `Thing`. */
export const pluralOf = ({ kind }: TestCrd): string => `${kind.toLowerCase()}s`;

/** The versions that a test CRD serves, and the one of them that is stored. */
export function versionsOf({ versions = ['v1'] }: TestCrd): {
  readonly served: readonly string[];
  readonly storage: string;
} {
  return { served: versions, storage: versions.at(-1) ?? 'v1' };
}

/** The files of a small chart: one ConfigMap with `message` and the version, a Deployment, and CRDs behind `crds.install`. */
export function testChartFiles(name: string, version: string, chart: TestChart = {}): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: ${version}\n`,
    'values.yaml': `message: hello\nreplicas: ${chart.replicas ?? 1}\ncrds:\n  install: true\n`,
    'templates/map.yaml': configMap(name, version),
    ...(chart.deployment === false ? {} : { 'templates/deployment.yaml': deployment(name, version) }),
  };
  for (const crd of chart.crds ?? []) {
    const object = JSON.stringify(customResourceDefinition(crd));
    files[`templates/${pluralOf(crd)}.yaml`] = `{{- if .Values.crds.install }}\n${object}\n{{- end }}\n`;
  }
  for (const [file, text] of Object.entries(chart.templates ?? {})) files[`templates/${file}`] = text;
  return files;
}

const configMap = (name: string, version: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: {{ .Release.Namespace }}
data:
  version: ${JSON.stringify(version)}
  message: {{ .Values.message | quote }}
`;

const deployment = (name: string, version: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: {{ .Release.Namespace }}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: ${JSON.stringify(version)} }
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - { name: main, image: ${JSON.stringify(testImage(name, version))} }
`;

/** The image that a test chart's Deployment runs. */
export const testImage = (name: string, version: string): string => `registry.example.org/${name}:${version}`;

function customResourceDefinition(crd: TestCrd): KubernetesObject {
  const { kind, scope = 'Namespaced', spec = { size: { type: 'integer' } }, required = [] } = crd;
  const { served, storage } = versionsOf(crd);
  const properties = {
    spec: { type: 'object', properties: spec, ...(required.length > 0 ? { required: [...required] } : {}) },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const names = { kind, plural: pluralOf(crd), singular: kind.toLowerCase(), listKind: `${kind}List` };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${pluralOf(crd)}.${TEST_GROUP}` },
    spec: {
      group: TEST_GROUP,
      scope,
      names,
      versions: served.map((name) => ({
        name,
        served: true,
        storage: name === storage,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties } },
      })),
    },
  };
}
