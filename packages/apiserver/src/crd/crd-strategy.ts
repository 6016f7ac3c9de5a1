import { genericStrategy } from '../builtin/generic-strategy.ts';
import { subdomainName } from '../builtin/names.ts';
import { goDecode } from '../builtin/typed.ts';
import { deepEqual, ensure, fields, list, setDefault, text } from '../builtin/values.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource, Strategy } from '../model/resource.ts';
import { sameJson } from '../schema/json.ts';
import { CRD_TYPE, type Crd, type CrdStatus } from './definition.ts';
import { formatWarnings } from './formats.ts';
import { normalizeSchemas } from './normalize.ts';
import { markUnevaluatedRules, unevaluatedWarnings } from './unevaluated.ts';
import { validateCrd, validateCrdUpdate } from './validation.ts';

const CRD_KIND = { group: CRD_TYPE.group, version: 'v1', kind: 'CustomResourceDefinition' };

/** The resources with CRDs following the rules of this folder: names, structural schemas, conditions, clean-up. */
export function withCrdStrategy(resources: readonly ApiResource[]): ApiResource[] {
  const strategy = crdStrategy();
  return resources.map((one) =>
    one.group === CRD_TYPE.group && one.resource === CRD_TYPE.resource ? { ...one, strategy } : one,
  );
}

/** The strategy of CustomResourceDefinitions: apiextensions-apiserver pkg/registry/customresourcedefinition. */
export function crdStrategy(): Strategy {
  return genericStrategy({
    namespaced: false,
    nameRule: subdomainName,
    status: true,
    generation: (next, live) => !deepEqual(next['spec'], live['spec']),
    defaults: setDefaults,
    prepareForCreate(next) {
      next['status'] = withStorageVersion(next, { conditions: null, acceptedNames: { plural: '', kind: '' } });
      markUnevaluatedRules(next as Crd);
    },
    prepareForUpdate(next, live) {
      next['status'] = withStorageVersion(next, fields(live['status']) as CrdStatus);
      // Compiling rules takes long, and most updates do not touch them.
      if (!sameJson(next['spec'], live['spec'])) markUnevaluatedRules(next as Crd);
    },
    validate: (next) => validateCrd(next as Crd),
    validateUpdate: (next, live) => validateCrdUpdate(next as Crd, live as Crd),
    warnings: (next, live) => [
      ...formatWarnings(next as Crd, live as Crd | undefined),
      ...unevaluatedWarnings(next as Crd),
    ],
    unconditionalUpdate: false,
  });
}

/** The form of the Go type, without unknown fields of schemas, and the defaults of apiextensions/v1 (defaults.go). */
function setDefaults(next: KubeObject): void {
  normalizeSchemas(list(fields(next['spec'])['versions']));
  goDecode(next, CRD_KIND);
  const spec = ensure(next, 'spec');
  const names = ensure(spec, 'names');
  const kind = text(names['kind']);
  if (text(names['singular']) === '' && kind !== '') names['singular'] = kind.toLowerCase();
  if (text(names['listKind']) === '' && kind !== '') names['listKind'] = `${kind}List`;
  setDefault(spec, 'conversion', { strategy: 'None' });
  const service = fields(fields(fields(spec['conversion'])['webhook'])['clientConfig'])['service'];
  if (service !== undefined && service !== null) setDefault(fields(service), 'port', 443);
}

/** The status with the storage version among the versions in which objects may be stored. */
function withStorageVersion(next: KubeObject, status: CrdStatus): CrdStatus {
  const storage = list(fields(next['spec'])['versions']).find((version) => version['storage'] === true);
  const stored = status.storedVersions ?? [];
  const name = text(storage?.['name']);
  const storedVersions = storage === undefined || stored.includes(name) ? stored : [...stored, name];
  return { ...status, storedVersions };
}
