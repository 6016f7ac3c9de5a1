import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';

/** Group of the kinds that trap charts bring. */
export const TRAP_GROUP = 'traps.example.org';

/** One small chart and the package that installs it, both named alike. Its kind is the name with a capital. */
export interface Trap {
  readonly name: string;
  readonly version?: string;
  /** Files of the chart by path; `Chart.yaml` and `values.yaml` are added where they are missing. */
  readonly files: Readonly<Record<string, string>>;
  /** Fields of the Helm unit besides its chart. */
  readonly unit?: JsonObject;
  /** Who owns the CRD; absent where the chart brings none. */
  readonly crd?: 'capstan' | 'helm' | 'runtime';
  /** Fields of the package's metadata. */
  readonly fields?: JsonObject;
}

/** A kind of a trap chart, for its instances. */
export function kindOfTrap(name: string): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: `${TRAP_GROUP}/v1`, kind: name.charAt(0).toUpperCase() + name.slice(1) };
}

/** The CRD of a trap's kind, by its reference. */
export function crdOfTrap(name: string) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: `${name}s.${TRAP_GROUP}`,
  } as const;
}

/** The CRD of a trap's kind as JSON, which is YAML too. */
export function crdText(name: string, annotations: Readonly<Record<string, string>> = {}, listKind?: string): string {
  const { kind } = kindOfTrap(name);
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const crd: KubernetesObject = {
    ...crdOfTrap(name),
    metadata: { name: crdOfTrap(name).name, annotations },
    spec: {
      group: TRAP_GROUP,
      scope: 'Namespaced',
      names: { kind, plural: `${name}s`, singular: name, listKind: listKind ?? `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  const { name: _, ...object } = crd as KubernetesObject & { name?: string };
  return `${JSON.stringify(object)}\n`;
}

/** A text behind a switch of the chart's values, as most charts have it. */
export function behind(value: string, text: string): string {
  return `{{- if .Values.${value} }}\n${text}{{- end }}\n`;
}

/** A ConfigMap named as the release: a chart must bring something. */
export const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n';

/** A Deployment named as the release. */
export const PROGRAM = `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec: {containers: [{name: main, image: "example.org/{{ .Release.Name }}:1"}]}
`;

/** Writes the charts below a directory, as mirrors have them, and answers their packages. */
export async function writeTraps(directory: string, traps: readonly Trap[]): Promise<CapabilityPackage[]> {
  for (const { name, version = '1.0.0', files } of traps) {
    const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`, ...files };
    for (const [path, text] of Object.entries(all)) {
      const file = join(directory, name, version, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  return traps.map(packageOfTrap);
}

function packageOfTrap({ name, version = '1.0.0', unit = {}, crd, fields = {} }: Trap): CapabilityPackage {
  const switches = { owner: crd, extractValues: { crds: true }, installValues: { crds: false } };
  const crds = crd === 'capstan' ? switches : { owner: crd };
  const offer = {
    name: crdOfTrap(name).name,
    from: 'chart',
    unit: name,
    kind: kindOfTrap(name).kind,
    singular: name,
    scope: 'Namespaced',
    served: ['v1'],
    storage: 'v1',
  };
  return aPackage(name, {
    version,
    upstream: { name, version },
    install: {
      namespace: name,
      units: [
        {
          id: name,
          type: 'helm',
          chart: { repository: 'https://charts.example.org', name, version },
          release: name,
          ...(crd === undefined ? {} : { crds }),
          ...unit,
        },
      ],
      ...(crd === undefined ? {} : { crds: [offer] }),
    },
    uninstall: { timeoutSeconds: 3 },
    ...fields,
  });
}
