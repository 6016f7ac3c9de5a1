import { PACKAGE_API_VERSION, PACKAGE_KIND } from './package.ts';
import { crdSchema, definitionSchema, probeSchema, ruleSchema, unitSchema } from './package-schema-parts.ts';
import { detectSchema, exportSchema, predicateSchema, requirementSchema } from './package-schema-rules.ts';
import {
  API_SERVICE,
  DNS_LABEL,
  digest,
  free,
  list,
  matching,
  oneOf,
  optionalList,
  range,
  type Schema,
  SEMVER,
  seconds,
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
            images: optionalList(object({ ref: text(500) }, { digest: digest, atRuntime: { type: 'boolean' } })),
          },
        ),
      },
      {
        release: { type: 'integer', minimum: 0, default: 0 },
        aliases: list(matching(DNS_LABEL), { maxItems: 10, uniqueItems: true }),
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
          apiServices: list(matching(API_SERVICE), { maxItems: 50, uniqueItems: true }),
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
