import type { PackageForm } from './package-schema.ts';
import {
  CRD_NAME,
  DNS_LABEL,
  digest,
  either,
  free,
  list,
  matching,
  type ObjectBuilder,
  oneOf,
  optionalList,
  type Schema,
  seconds,
  text,
} from './schema-words.ts';

/** `Kind/name`. */
const OBJECT = '^[A-Z][A-Za-z0-9]*/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$';

/** A dotted path. */
const FIELD = '^[^.\\s]+([.][^.\\s]+)*$';

const REPOSITORY = '^(https|oci)://[^\\s@]+$';

const kubernetesObject: Schema = {
  type: 'object',
  properties: {
    apiVersion: text(253),
    kind: text(63),
    metadata: { type: 'object', properties: { name: text(253) }, required: ['name'] },
  },
  required: ['apiVersion', 'kind', 'metadata'],
};

/** A unit of an installation. */
export function unitSchema(object: ObjectBuilder): Schema {
  return either('type', { helm: helmUnitSchema(object), manifests: manifestsUnitSchema(object) });
}

function manifestsUnitSchema(object: ObjectBuilder): Schema {
  return object(
    {
      id: matching(DNS_LABEL),
      type: { const: 'manifests' },
      objects: list(kubernetesObject, { minItems: 1, maxItems: 100 }),
    },
    {
      valuesFrom: list(
        object(
          { from: text(200), object: matching(OBJECT), to: matching(FIELD, 200) },
          { of: matching(DNS_LABEL), map: free },
        ),
        { maxItems: 100 },
      ),
      namespace: matching(DNS_LABEL),
      after: optionalList(matching(DNS_LABEL)),
      timeoutSeconds: seconds(300),
    },
  );
}

function helmUnitSchema(object: ObjectBuilder): Schema {
  return object(
    {
      id: matching(DNS_LABEL),
      type: { const: 'helm' },
      chart: object({ repository: matching(REPOSITORY, 500), name: text(100), version: text(100) }, { digest: digest }),
      release: matching(DNS_LABEL, 53),
    },
    {
      namespace: matching(DNS_LABEL),
      values: { ...free, default: {} },
      valuesFrom: optionalList(object({ from: text(200), to: text(200) }, { of: matching(DNS_LABEL), map: free })),
      crds: object({ owner: oneOf('capstan', 'helm', 'runtime') }, { extractValues: free, installValues: free }),
      after: optionalList(matching(DNS_LABEL)),
      timeoutSeconds: seconds(300),
    },
  );
}

/** A CRD of the package; its own ones embed their object once they are published. */
export function crdSchema(object: ObjectBuilder, form: PackageForm): Schema {
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
    form === 'source' ? object(own) : object({ ...own, ...facts, digest: digest, object: free }, names);
  const fromPrograms = object({ name: matching(CRD_NAME), from: { const: 'runtime' }, ...facts }, names);
  return either('from', { chart: fromChart, package: fromPackage, runtime: fromPrograms });
}

/** A Definition; what is published embeds its object. */
export function definitionSchema(object: ObjectBuilder, form: PackageForm): Schema {
  const needs: Schema = { needs: matching(DNS_LABEL), summary: text(200) };
  if (form === 'source') return object({ name: matching(CRD_NAME) }, needs);
  return object(
    {
      name: matching(CRD_NAME),
      role: oneOf('workload', 'trait', 'scope'),
      shortName: text(63),
      kind: text(63),
      digest: digest,
      object: free,
    },
    needs,
  );
}

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export function ruleSchema(object: ObjectBuilder): Schema {
  const names = list({ type: 'string', maxLength: 253 });
  return object(
    { verbs: list(text(63), { minItems: 1 }) },
    { apiGroups: names, resources: names, resourceNames: names, nonResourceURLs: names },
  );
}

/** A check of the running capability. */
export function probeSchema(object: ObjectBuilder, target: Schema): Schema {
  const common: Schema = { id: matching(DNS_LABEL), target, level: oneOf('blocking', 'degraded') };
  const optional: Schema = {
    servedByPods: { type: 'boolean', default: false },
    reportedByPods: { type: 'boolean' },
    meaning: text(300),
  };
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
