import type { ApiResource, ApiSubresource, StorageType, Strategy, Verb } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';
import { readAsset } from './asset.ts';
import { conversionOf } from './conversions/conversions.ts';
import { kindTypes } from './go-types.ts';
import { definitionNode } from './schemas.ts';
import { selectableFieldsOf, strategyOf } from './strategies.ts';

/** A row of the asset `resources`. */
interface Row {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources?: readonly Omit<ApiSubresource, 'scale'>[];
  readonly deprecation?: string;
  readonly storageHash?: string;
}

const SCALE = { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' };

let table: readonly ApiResource[] | undefined;

/**
 * What Kubernetes v1.35.4 serves by default, in the order of its discovery. The same list for every caller: schemas and
 * strategies are made on first use.
 */
export function builtinResources(): readonly ApiResource[] {
  table ??= (readAsset('resources') as readonly Row[]).map(toResource);
  return table;
}

function toResource(row: Row): ApiResource {
  const { group, version, resource, kind } = row;
  const namespaced = row.namespaced ?? false;
  const convert = conversionOf(group, version, kind);
  let schema: SchemaNode | undefined;
  let strategy: Strategy | undefined;
  return {
    group,
    version,
    resource,
    kind,
    namespaced,
    singular: row.singular,
    listKind: `${kind}List`,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    verbs: row.verbs,
    source: 'built-in',
    storage: storageOf(row, namespaced),
    subresources: (row.subresources ?? []).map((one) => (one.name === 'scale' ? { ...one, scale: SCALE } : one)),
    selectableFields: selectableFieldsOf(group, kind),
    ...(row.deprecation !== undefined && { deprecationWarning: row.deprecation }),
    ...(row.storageHash !== undefined && { storageVersionHash: row.storageHash }),
    ...(convert && { convert }),
    get schema() {
      schema ??= definitionNode(kindTypes().get(`${group}/${version}/${kind}`) ?? '');
      return schema;
    },
    get strategy() {
      strategy ??= strategyOf(row, namespaced);
      return strategy;
    },
  };
}

/** Two views share a storage: Events of both groups are kept in the core group, autoscalers as version 2. */
function storageOf(row: Row, namespaced: boolean): StorageType {
  const { resource, kind } = row;
  const group = kind === 'Event' ? '' : row.group;
  const version = kind === 'HorizontalPodAutoscaler' ? 'v2' : row.version;
  return { group, version, resource, kind, namespaced };
}
