import type { KubeObject } from '../model/object.ts';
import { portWarnings } from './port-warnings.ts';
import { type Fields, fields, list, text } from './values.ts';

/* Warnings about Pods. Upstream: pkg/api/pod/warnings.go. */

const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};
const DEPRECATED_VOLUMES: Readonly<Record<string, string>> = {
  gitRepo: 'deprecated in v1.11',
  glusterfs: 'deprecated in v1.25, this feature will be completely removed from a future Kubernetes release',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
};

/** Warnings about the Pod template of a new object, or of one whose generation an update has changed. */
export function podTemplateWarnings(
  template: Fields,
  path: string,
  next: KubeObject,
  live: KubeObject | undefined,
): string[] {
  const asBefore = live !== undefined && live.metadata.generation === next.metadata.generation;
  return asBefore ? [] : podWarnings(fields(template['spec']), `${path}.spec`);
}

/** Warnings about a Pod's spec. */
export function podWarnings(spec: Fields, path: string): string[] {
  return [
    ...nodeSelectorWarnings(spec, path),
    ...list(spec['volumes']).flatMap((volume, at) =>
      Object.keys(volume).flatMap((field) => {
        const why = DEPRECATED_VOLUMES[field];
        return why === undefined ? [] : [`${path}.volumes[${at}].${field}: ${why}`];
      }),
    ),
    ...duplicateSecretWarnings(list(spec['imagePullSecrets']), `${path}.imagePullSecrets`),
    ...['initContainers', 'containers'].flatMap((field) => containerWarnings(list(spec[field]), `${path}.${field}`)),
    ...portWarnings(spec, path),
    ...graceWarnings(spec, path),
  ];
}

function nodeSelectorWarnings(spec: Fields, path: string): string[] {
  return Object.keys(fields(spec['nodeSelector'])).flatMap((label) => {
    const why = DEPRECATED_NODE_LABELS[label];
    return why === undefined ? [] : [`${path}.nodeSelector[${label}]: ${why}`];
  });
}

function containerWarnings(containers: readonly Fields[], path: string): string[] {
  return containers.flatMap((container, at) => {
    const where = `${path}[${at}]`;
    return [
      ...fractionalWarnings(container, where),
      ...duplicates(list(container['env']), 'name').map(
        ([index, name]) =>
          `${where}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      ),
    ];
  });
}

function fractionalWarnings(container: Fields, path: string): string[] {
  const resources = fields(container['resources']);
  return ['requests', 'limits'].flatMap((side) =>
    Object.entries(fields(resources[side])).flatMap(([name, amount]) => {
      if ((name !== 'memory' && name !== 'ephemeral-storage') || !/m$/.test(String(amount))) return [];
      return [`${path}.resources.${side}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`];
    }),
  );
}

function duplicates(items: readonly Fields[], field: string): [number, string][] {
  const seen = new Set<string>();
  return items.flatMap((item, at): [number, string][] => {
    const name = text(item[field]);
    if (seen.has(name)) return [[at, name]];
    seen.add(name);
    return [];
  });
}

function duplicateSecretWarnings(secrets: readonly Fields[], path: string): string[] {
  return secrets.flatMap((secret, at) => {
    const name = text(secret['name']);
    if (name === '') return [`${path}[${at}].name: invalid empty name ""`];
    const repeated = secrets.slice(0, at).some((other) => other['name'] === name);
    return repeated ? [`${path}[${at}].name: duplicate name "${name}"`] : [];
  });
}

function graceWarnings(spec: Fields, path: string): string[] {
  const grace = spec['terminationGracePeriodSeconds'];
  const warnings =
    typeof grace === 'number' && grace < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : [];
  return warnings;
}
