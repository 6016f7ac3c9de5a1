import { PACKAGE_API_VERSION, PACKAGE_KIND } from './package.ts';
import {
  CRD_NAME,
  DNS_LABEL,
  either,
  list,
  matching,
  oneOf,
  optionalList,
  type Schema,
  SEMVER,
  text,
} from './schema-words.ts';

/**
 * Which form of package metadata: `source` is the capability.yaml of a plugin's folder, which names its Definitions and
 * CRDs; `published` is what registries hold, which embeds them.
 */
export type PackageForm = 'source' | 'published';

/** Options of `packageSchema`. */
export interface PackageSchemaOptions {
  readonly form: PackageForm;
  /** Refuses unknown fields. On when publishing; off when reading what a newer Capstan may have published. */
  readonly strict: boolean;
}

const DIGEST = '^sha256:[0-9a-f]{64}$';
const REPOSITORY = '^(https|oci)://[^\\s@]+$';

const range: Schema = text(200);
const free: Schema = { type: 'object' };
const kubernetesObject: Schema = {
  type: 'object',
  properties: {
    apiVersion: text(253),
    kind: text(63),
    metadata: { type: 'object', properties: { name: text(253) }, required: ['name'] },
  },
  required: ['apiVersion', 'kind', 'metadata'],
};
const seconds = (value: number): Schema => ({ type: 'integer', minimum: 1, maximum: 3600, default: value });

/** The JSON Schema (2020-12) of package metadata in one of its forms. Defaults are part of it. */
export function packageSchema(options: PackageSchemaOptions): Schema {
  const object = (required: Schema, optional: Schema = {}, more: Schema = {}): Schema => ({
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    ...(options.strict ? { additionalProperties: false } : {}),
    ...more,
  });
  const section = (properties: Schema): Schema => object({}, properties, { default: {} });
  const kindReference = object({ apiVersion: text(253), kind: text(63) });
  const objectReference = object({ apiVersion: text(253), kind: text(63), name: text(253) }, { namespace: text(63) });
  const api = object({ group: { type: 'string', maxLength: 253 }, kind: text(63) });
  const names = list(text(30), { minItems: 1 });

  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: PACKAGE_KIND,
    ...object(
      {
        apiVersion: { const: PACKAGE_API_VERSION },
        kind: { const: PACKAGE_KIND },
        name: matching(DNS_LABEL),
        version: matching(SEMVER),
        upstream: object({ name: text(100), version: text(100) }, { url: text(500) }),
        summary: text(80),
        install: object(
          { namespace: matching(DNS_LABEL), units: list(unitSchema(object), { minItems: 1 }) },
          {
            crds: optionalList(crdSchema(object, options.form)),
            permissions: section({ runtime: optionalList(ruleSchema(object)), summary: text(500) }),
            images: optionalList(object({ ref: text(500) }, { digest: matching(DIGEST) })),
          },
        ),
      },
      {
        release: { type: 'integer', minimum: 0, default: 0 },
        description: text(4000),
        keywords: optionalList(text(50)),
        maturity: { ...oneOf('experimental', 'beta', 'stable'), default: 'stable' },
        channel: list(matching(DNS_LABEL), { default: ['stable'] }),
        lifecycle: object(
          {},
          {
            phase: { ...oneOf('preview', 'supported', 'deprecated', 'yanked'), default: 'supported' },
            reason: text(500),
            until: text(30),
            successor: matching(DNS_LABEL),
          },
          { default: {} },
        ),
        provides: section({
          capabilities: optionalList(
            object(
              { id: matching(DNS_LABEL), version: matching(SEMVER) },
              {
                features: optionalList(matching(DNS_LABEL)),
                exclusive: { type: 'boolean', default: false },
                scope: oneOf('cluster', 'namespace'),
                tests: list(text(200)),
              },
            ),
          ),
          apis: optionalList(
            object(
              { group: text(253), kind: text(63), served: list(text(30), { minItems: 1 }) },
              { storage: text(30), scope: oneOf('Namespaced', 'Cluster'), conversion: oneOf('None', 'Webhook') },
            ),
          ),
          definitions: optionalList(definitionSchema(object, options.form)),
        }),
        requires: optionalList({ $ref: '#/$defs/requirement' }),
        conflicts: optionalList(
          object(
            { reason: text(500) },
            { package: matching(DNS_LABEL), capability: matching(DNS_LABEL), api, range },
            { oneOf: [{ required: ['package'] }, { required: ['capability'] }, { required: ['api'] }] },
          ),
        ),
        platform: section({ kubernetes: range, arch: names, os: names, distributions: names }),
        upgrade: section({
          from: optionalList(range),
          noReturn: object({ step: text(63), reason: text(500) }),
          rollbackTo: range,
        }),
        config: section({ schema: free, exports: list(exportSchema(object)) }),
        health: section({ probes: optionalList(probeSchema(object, objectReference)) }),
        uninstall: section({
          instances: { ...oneOf('block', 'keep', 'archive', 'delete'), default: 'block' },
          drain: optionalList(kindReference),
          timeoutSeconds: seconds(120),
          crds: { ...oneOf('keep', 'delete'), default: 'keep' },
          leftovers: optionalList(objectReference),
          external: text(),
        }),
        detect: list(detectSchema(object), { maxItems: 20 }),
        trust: object(
          {},
          {
            source: text(500),
            commit: text(100),
            sbom: text(500),
            attestations: list(text(500), { maxItems: 50 }),
            signer: text(500),
          },
        ),
        plugin: object({ id: matching(DNS_LABEL), api: range }, { kinds: optionalList(kindReference) }),
      },
    ),
    $defs: { requirement: requirementSchema(object, api), predicate: predicateSchema(object) },
  };
}

type ObjectBuilder = (required: Schema, optional?: Schema, more?: Schema) => Schema;

function requirementSchema(object: ObjectBuilder, api: Schema): Schema {
  const features = list(matching(DNS_LABEL));
  return object(
    {},
    {
      package: matching(DNS_LABEL),
      capability: matching(DNS_LABEL),
      api,
      anyOf: list({ $ref: '#/$defs/requirement' }, { minItems: 1, maxItems: 16 }),
      range,
      features,
      anyVersion: list(text(30)),
      optional: { type: 'boolean' },
      reason: text(500),
      when: { $ref: '#/$defs/predicate' },
      at: oneOf('install', 'run'),
    },
    {
      oneOf: [
        { required: ['package', 'range'] },
        { required: ['capability', 'range'] },
        { required: ['api'] },
        { required: ['anyOf'] },
      ],
    },
  );
}

function predicateSchema(object: ObjectBuilder): Schema {
  const self = { $ref: '#/$defs/predicate' };
  const scalar: Schema = { type: ['string', 'number', 'boolean'] };
  const values = list(scalar, { minItems: 1, maxItems: 50 });
  return object(
    {},
    {
      all: list(self, { minItems: 1, maxItems: 16 }),
      any: list(self, { minItems: 1, maxItems: 16 }),
      not: self,
      config: text(200),
      fact: oneOf('kubernetes', 'arch', 'os', 'distribution'),
      equals: scalar,
      in: values,
      exists: { type: 'boolean' },
      range,
    },
    {
      oneOf: [
        { required: ['all'] },
        { required: ['any'] },
        { required: ['not'] },
        { required: ['config'], oneOf: [{ required: ['equals'] }, { required: ['in'] }, { required: ['exists'] }] },
        {
          required: ['fact'],
          if: { properties: { fact: { const: 'kubernetes' } } },
          // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
          then: { required: ['range'] },
          else: { required: ['in'] },
        },
      ],
    },
  );
}

function detectSchema(object: ObjectBuilder): Schema {
  return object(
    {
      versionFrom: { type: 'string', pattern: '^(chart|appVersion|image|none|label:[^\\s]{1,300})$' },
      confidence: oneOf('certain', 'likely', 'possible'),
    },
    {
      crd: matching(CRD_NAME),
      labels: { type: 'object', maxProperties: 20, additionalProperties: { type: 'string', maxLength: 63 } },
      image: text(500),
      chart: text(100),
    },
    {
      anyOf: [{ required: ['crd'] }, { required: ['labels'] }, { required: ['image'] }, { required: ['chart'] }],
    },
  );
}

function exportSchema(object: ObjectBuilder): Schema {
  return object(
    { name: matching('^[a-z][-a-zA-Z0-9]{0,62}$') },
    { from: text(200), value: { type: ['string', 'number', 'boolean'] } },
    { oneOf: [{ required: ['from'] }, { required: ['value'] }] },
  );
}

function unitSchema(object: ObjectBuilder): Schema {
  return either('type', { helm: helmUnitSchema(object), manifests: manifestsUnitSchema(object) });
}

function manifestsUnitSchema(object: ObjectBuilder): Schema {
  return object(
    {
      id: matching(DNS_LABEL),
      type: { const: 'manifests' },
      objects: list(kubernetesObject, { minItems: 1, maxItems: 100 }),
    },
    { namespace: matching(DNS_LABEL), after: optionalList(matching(DNS_LABEL)), timeoutSeconds: seconds(300) },
  );
}

function helmUnitSchema(object: ObjectBuilder): Schema {
  return object(
    {
      id: matching(DNS_LABEL),
      type: { const: 'helm' },
      chart: object(
        { repository: matching(REPOSITORY, 500), name: text(100), version: text(100) },
        { digest: matching(DIGEST) },
      ),
      release: matching(DNS_LABEL, 53),
    },
    {
      namespace: matching(DNS_LABEL),
      values: { ...free, default: {} },
      valuesFrom: optionalList(object({ from: text(200), to: text(200) }, { of: matching(DNS_LABEL) })),
      crds: object({ owner: oneOf('capstan', 'helm', 'runtime') }, { extractValues: free, installValues: free }),
      after: optionalList(matching(DNS_LABEL)),
      timeoutSeconds: seconds(300),
    },
  );
}

function crdSchema(object: ObjectBuilder, form: PackageForm): Schema {
  const facts: Schema = {
    kind: text(63),
    scope: oneOf('Namespaced', 'Cluster'),
    served: list(text(30), { minItems: 1 }),
    storage: text(30),
  };
  const names: Schema = { singular: text(63), shortNames: optionalList(text(63)) };
  const fromChart = object(
    { name: matching(CRD_NAME), from: { const: 'chart' }, unit: matching(DNS_LABEL), ...facts },
    names,
  );
  const own: Schema = { name: matching(CRD_NAME), from: { const: 'package' } };
  const fromPackage =
    form === 'source' ? object(own) : object({ ...own, ...facts, digest: matching(DIGEST), object: free }, names);
  return either('from', { chart: fromChart, package: fromPackage });
}

function definitionSchema(object: ObjectBuilder, form: PackageForm): Schema {
  const needs: Schema = { needs: matching(DNS_LABEL), summary: text(200) };
  if (form === 'source') return object({ name: matching(CRD_NAME) }, needs);
  return object(
    {
      name: matching(CRD_NAME),
      role: oneOf('workload', 'trait', 'scope'),
      shortName: text(63),
      kind: text(63),
      digest: matching(DIGEST),
      object: free,
    },
    needs,
  );
}

function ruleSchema(object: ObjectBuilder): Schema {
  const names = list({ type: 'string', maxLength: 253 });
  return object(
    { verbs: list(text(63), { minItems: 1 }) },
    { apiGroups: names, resources: names, resourceNames: names, nonResourceURLs: names },
  );
}

function probeSchema(object: ObjectBuilder, target: Schema): Schema {
  const common: Schema = { id: matching(DNS_LABEL), target, level: oneOf('blocking', 'degraded') };
  const optional: Schema = { servedByPods: { type: 'boolean', default: false }, meaning: text(300) };
  const condition = object({ type: text(100), status: oneOf('True', 'False') });
  return either('type', {
    kstatus: object({ type: { const: 'kstatus' }, ...common }, optional),
    condition: object({ type: { const: 'condition' }, ...common, condition }, optional),
    field: object(
      { type: { const: 'field' }, ...common, path: text(300) },
      { ...optional, equals: { type: ['string', 'number', 'boolean'] } },
    ),
  });
}
