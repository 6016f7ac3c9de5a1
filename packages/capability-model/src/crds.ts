import type { JsonObject, KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS, INSTALL_PHASES } from './kinds.ts';

type Schema = JsonObject;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const count: Schema = { type: 'integer', format: 'int64', minimum: 0 };
const time: Schema = { type: 'string', format: 'date-time' };
const free: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const texts: Schema = { type: 'array', items: text };
const probeResult: Schema = { type: 'string', enum: ['ok', 'failed', 'unverifiable'] };
const role: Schema = { type: 'string', enum: ['workload', 'trait', 'scope'] };
const phase: Schema = { type: 'string', enum: [...INSTALL_PHASES] };

const object = (required: Schema, optional: Schema = {}): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  ...(Object.keys(required).length > 0 ? { required: Object.keys(required) } : {}),
});

/** A list whose items are told apart by a key, so that several writers can own items of it. */
const listMap = (key: string, required: Schema, optional: Schema = {}): Schema => ({
  type: 'array',
  items: object(required, optional),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [key],
});

/** metav1.Condition, as the API conventions write it. */
const conditions: Schema = listMap(
  'type',
  {
    type: { type: 'string', maxLength: 316 },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string', minLength: 1, maxLength: 1024 },
    message: { type: 'string', maxLength: 32768 },
    lastTransitionTime: time,
  },
  { observedGeneration: count },
);

const goal: [Schema, Schema] = [
  { package: { type: 'string', minLength: 1, maxLength: 63 }, version: { type: 'string', maxLength: 200 } },
  {
    values: free,
    center: text,
    allowStandIns: flag,
    paused: flag,
    onFailure: { type: 'string', enum: ['stall', 'rollback'] },
  },
];

const installStatus = object(
  {},
  {
    observedGeneration: count,
    phase,
    version: text,
    release: count,
    center: text,
    packageDigest: text,
    planDigest: text,
    conditions,
    capabilities: listMap('id', { id: text, version: text, features: texts }),
    definitions: listMap('name', { name: text, role, published: flag, kind: text }, { capability: text }),
    probes: listMap(
      'id',
      { id: text, result: probeResult, level: { type: 'string', enum: ['blocking', 'degraded'] }, observedAt: time },
      { message: text },
    ),
    units: listMap(
      'id',
      { id: text, type: { type: 'string', enum: ['helm', 'manifests'] }, namespace: text },
      {
        release: text,
        chart: text,
        chartVersion: text,
        revision: count,
        state: text,
        standIn: flag,
        chartDigest: text,
        objects: count,
      },
    ),
    crds: listMap(
      'name',
      { name: text, from: { type: 'string', enum: ['package', 'chart'] } },
      { digest: text, storedVersions: texts },
    ),
    namespace: object({ name: text, created: flag }),
    standIn: flag,
    requires: texts,
    exports: free,
    journal: object({ name: text }, { step: text, done: count, total: count }),
  },
);

const capabilityStatus = object(
  {},
  {
    version: text,
    health: { type: 'string', enum: ['Ready', 'Progressing', 'Degraded', 'Unknown'] },
    providedBy: text,
    conditions,
    providers: listMap(
      'package',
      {
        package: text,
        version: text,
        release: count,
        contractVersion: text,
        features: texts,
        health: text,
        reason: text,
        since: time,
      },
      {
        message: text,
        standIn: flag,
        exports: free,
        // Optional: server-side apply drops a list that becomes empty.
        definitions: listMap('name', { name: text, role, kind: text }),
        evidence: listMap('source', { source: text, result: probeResult, observedAt: time }, { message: text }),
      },
    ),
  },
);

const setSpec = object(
  { capabilities: listMap('package', ...goal) },
  { prune: flag, paused: flag, approve: { type: 'string', enum: ['auto', 'digest'] }, approved: text },
);

const setStatus = object(
  {},
  {
    observedGeneration: count,
    conditions,
    planDigest: text,
    installs: listMap('package', { package: text, phase }, { reason: text, version: text, message: text }),
    unneeded: texts,
  },
);

interface KindSpec {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec?: Schema;
  readonly status: Schema;
  /** The object is named after the package in its spec. */
  readonly nameIsPackage?: boolean;
  /** JSON path of the Version column. */
  readonly version?: string;
  /** Shows providers and health; Ready and Reason are then for `-o wide`. */
  readonly providers?: true;
}

const NAME_RULE = {
  rule: 'self.metadata.name == self.spec.package',
  message: 'the name must be the name of the package',
};

const KINDS: readonly KindSpec[] = [
  {
    kind: CAPSTAN_KINDS.install.kind,
    plural: 'capabilityinstalls',
    shortNames: ['capinstall'],
    description: 'One installed capability package: what is wanted and what is in force.',
    spec: object(...goal),
    nameIsPackage: true,
    status: installStatus,
    version: '.status.version',
  },
  {
    kind: CAPSTAN_KINDS.capability.kind,
    plural: 'capabilities',
    shortNames: ['cap'],
    description: 'What this cluster can do: a contract and its providers. Written by Capstan, read by everyone.',
    status: capabilityStatus,
    version: '.status.version',
    providers: true,
  },
  {
    kind: CAPSTAN_KINDS.set.kind,
    plural: 'capabilitysets',
    shortNames: ['capset'],
    description: 'Capability packages that are wanted together.',
    spec: setSpec,
    status: setStatus,
  },
];

/** The CRDs of the group capstan.dev: CapabilityInstall, Capability and CapabilitySet, cluster-scoped. */
export function capabilityCustomResourceDefinitions(): KubernetesObject[] {
  return KINDS.map(customResourceDefinition);
}

function customResourceDefinition(kind: KindSpec): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.capstan.dev` },
    spec: {
      group: 'capstan.dev',
      scope: 'Cluster',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames: [...kind.shortNames],
        categories: ['capstan'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns(kind),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status, nameIsPackage }: KindSpec): Schema {
  return {
    type: 'object',
    description,
    ...(spec ? { required: ['spec'] } : {}),
    ...(nameIsPackage ? { 'x-kubernetes-validations': [NAME_RULE] } : {}),
    properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, ...(spec ? { spec } : {}), status },
  };
}

function columns({ version, providers }: KindSpec): Schema[] {
  const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
  const wide = providers ? { priority: 1 } : {};
  const column = (name: string, jsonPath: string): Schema => ({ name, type: 'string', jsonPath });
  const versions = version ? [column('Version', version)] : [];
  const conditionColumns = [
    { ...column('Ready', ready('status')), ...wide },
    { ...column('Reason', ready('reason')), ...wide },
  ];
  return [
    ...(providers
      ? [
          column('Providers', '.status.providedBy'),
          ...versions,
          column('Health', '.status.health'),
          ...conditionColumns,
        ]
      : [...conditionColumns, ...versions]),
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ];
}
