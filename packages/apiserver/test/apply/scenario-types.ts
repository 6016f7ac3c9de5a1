import type { ManagedType } from '../../src/apply/versions.ts';
import { definitionNode } from '../../src/builtin/schemas.ts';
import type { KubeObject } from '../../src/model/object.ts';
import type { SchemaNode } from '../../src/model/schema.ts';
import type { JsonMap } from '../../src/schema/json.ts';

/* The types that scenarios of server-side apply are about. */

/** A type with its versions, and with schemas that may change under an object. */
export interface ScenarioType {
  readonly group: string;
  readonly kind: string;
  readonly hub: string;
  readonly schemas: readonly SchemaNode[];
  /** Per version: names of fields of spec by their name in the hub. */
  readonly renames: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly reset: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly empty: JsonMap;
}

const TEXT: SchemaNode = { type: 'string' };
const WHOLE: SchemaNode = { type: 'integer' };
const TEXTS: SchemaNode = { type: 'object', additionalProperties: TEXT };
const object = (properties: Readonly<Record<string, SchemaNode>>): SchemaNode => ({ type: 'object', properties });
const list = (items: SchemaNode): SchemaNode => ({ type: 'array', items });
const setOf = (items: SchemaNode): SchemaNode => ({ ...list(items), 'x-kubernetes-list-type': 'set' });
const byKeys = (keys: readonly string[], items: SchemaNode): SchemaNode => ({
  ...list(items),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});
const ANY_NUMBER: SchemaNode = { 'x-kubernetes-int-or-string': true };
const PORT = object({
  port: WHOLE,
  protocol: { type: 'string', default: 'TCP' },
  name: TEXT,
  options: TEXTS,
  hosts: setOf(TEXT),
});

function widget(spec: Readonly<Record<string, SchemaNode>>): SchemaNode {
  return object({
    apiVersion: TEXT,
    kind: TEXT,
    metadata: definitionNode('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
    spec: object(spec),
    status: object({ phase: TEXT, conditions: byKeys(['type'], object({ type: TEXT, status: TEXT })) }),
  });
}

/** The fields of a widget's spec, with what differs between schemas. */
function widgetSpec(isAtomic: boolean): Record<string, SchemaNode> {
  const map = isAtomic ? { 'x-kubernetes-map-type': 'atomic' as const } : {};
  return {
    size: WHOLE,
    capacity: WHOLE,
    names: setOf(TEXT),
    labels: setOf(TEXT),
    numbers: setOf({ type: 'number' }),
    ports: byKeys(['port', 'protocol'], PORT),
    parts: byKeys(
      ['name'],
      object({ name: TEXT, parts: byKeys(['name'], object({ name: TEXT, size: WHOLE })), note: TEXT }),
    ),
    nested: { type: 'object', additionalProperties: TEXTS, ...map },
    fixed: { ...object({ a: TEXT, b: WHOLE, c: TEXTS }), 'x-kubernetes-map-type': isAtomic ? 'granular' : 'atomic' },
    rows: isAtomic ? { ...byKeys(['name'], PORT), 'x-kubernetes-list-type': 'atomic' } : byKeys(['name'], PORT),
    plain: list(object({ a: TEXT, b: WHOLE })),
    amount: ANY_NUMBER,
    limits: { type: 'object', additionalProperties: ANY_NUMBER },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    partly: { ...object({ a: TEXT, inner: object({ b: TEXT }) }), 'x-kubernetes-preserve-unknown-fields': true },
    anything: { 'x-kubernetes-preserve-unknown-fields': true },
    settings: object({ on: { type: 'boolean' }, since: { type: 'string', format: 'date-time' }, level: TEXTS }),
  };
}

const STATUS = { '': [['status']], status: [['spec'], ['metadata', 'labels']] };

function builtIn(group: string, version: string, kind: string, definition: string, empty: JsonMap): ScenarioType {
  const schemas = [definitionNode(definition)];
  return { group, kind, hub: version, schemas, renames: { [version]: {} }, reset: STATUS, empty };
}

/** All types, by name. */
export const SCENARIO_TYPES: Readonly<Record<string, ScenarioType>> = {
  deployment: builtIn('apps', 'v1', 'Deployment', 'io.k8s.api.apps.v1.Deployment', {
    metadata: {},
    spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, strategy: {} },
    status: {},
  }),
  pod: builtIn('', 'v1', 'Pod', 'io.k8s.api.core.v1.Pod', { metadata: {}, spec: { containers: null }, status: {} }),
  service: builtIn('', 'v1', 'Service', 'io.k8s.api.core.v1.Service', {
    metadata: {},
    spec: {},
    status: { loadBalancer: {} },
  }),
  ingress: builtIn('networking.k8s.io', 'v1', 'Ingress', 'io.k8s.api.networking.v1.Ingress', {
    metadata: {},
    spec: {},
    status: { loadBalancer: {} },
  }),
  configMap: builtIn('', 'v1', 'ConfigMap', 'io.k8s.api.core.v1.ConfigMap', { metadata: {} }),
  widget: {
    group: 'example.dev',
    kind: 'Widget',
    hub: 'v1',
    schemas: [widget(widgetSpec(false)), widget(widgetSpec(true))],
    renames: { v1: {}, v2: { size: 'capacity', names: 'labels' } },
    reset: STATUS,
    empty: { metadata: {} },
  },
};

/** The types as the oracle reads them. */
export function typesForOracle(): string {
  const types = Object.entries(SCENARIO_TYPES).map(([name, { schemas, ...type }]) => [
    name,
    { ...type, schemas: schemas.map((schema) => definitionsOf(schema, type)) },
  ]);
  return JSON.stringify(Object.fromEntries(types));
}

type TypeNames = Pick<ScenarioType, 'group' | 'kind' | 'renames'>;

/** An OpenAPI document's definitions: the root's, and those that it refers to. */
function definitionsOf(root: SchemaNode, type: TypeNames): Record<string, unknown> {
  const definitions: Record<string, unknown> = {};
  const kinds = Object.keys(type.renames).map((version) => ({ group: type.group, version, kind: type.kind }));
  const { definition: _name, ...inPlace } = root;
  definitions['Root'] = { ...write(inPlace), 'x-kubernetes-group-version-kind': kinds };
  return definitions;

  function write(node: SchemaNode): Record<string, unknown> {
    const { definition, properties, items, additionalProperties, ...keywords } = node;
    if (definition !== undefined) return refer(definition, node);
    return {
      ...keywords,
      ...(properties && { properties: mapValues(properties, write) }),
      ...(items && { items: write(items) }),
      ...(additionalProperties !== undefined && {
        additionalProperties:
          typeof additionalProperties === 'object' ? write(additionalProperties) : additionalProperties,
      }),
    };
  }

  function refer(name: string, node: SchemaNode): Record<string, unknown> {
    if (definitions[name] === undefined) {
      definitions[name] = {};
      const { definition: _definition, ...inner } = definitionNode(name);
      definitions[name] = write(inner);
    }
    const mapType = node['x-kubernetes-map-type'];
    return {
      allOf: [{ $ref: `#/components/schemas/${name}` }],
      ...(mapType !== undefined && { 'x-kubernetes-map-type': mapType }),
      ...(node.default !== undefined && { default: node.default }),
    };
  }
}

function mapValues<In, Out>(map: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}

/** A type in one of its versions and schemas. */
export function scenarioResource(type: ScenarioType, version: string, schema: number): ManagedType {
  const node = type.schemas[schema];
  if (!node) throw new RangeError(`no schema ${schema}`);
  return {
    group: type.group,
    version,
    kind: type.kind,
    schema: node,
    // The source decides whose reset fields hold for all versions, and those of the oracle do.
    source: 'built-in',
    strategy: { resetFields: (subresource) => type.reset[subresource ?? ''] ?? [] },
  };
}

/** An object in another version; undefined for versions that do not exist. */
export function convertScenario(type: ScenarioType, from: KubeObject, apiVersion: string): KubeObject | undefined {
  if (from.apiVersion === apiVersion) return from;
  const prefix = type.group === '' ? '' : `${type.group}/`;
  const renames = apiVersion.startsWith(prefix) ? type.renames[apiVersion.slice(prefix.length)] : undefined;
  if (!renames) return undefined;
  const before = type.renames[from.apiVersion.slice(prefix.length)] ?? {};
  const hubNames = Object.fromEntries(Object.entries(before).map(([hub, name]) => [name, hub]));
  const result: KubeObject = { ...from, apiVersion };
  if (typeof from['spec'] === 'object' && from['spec'] !== null && !Array.isArray(from['spec'])) {
    const fields = Object.entries(from['spec']).map(([name, value]) => {
      const hub = hubNames[name] ?? name;
      return [renames[hub] ?? hub, value] as const;
    });
    result['spec'] = Object.fromEntries(fields);
  }
  return result;
}
