import type { SchemaNode } from '../../src/model/schema.ts';
import { isMap, type JsonMap } from '../../src/schema/json.ts';
import type { Random } from './random.ts';

/* Random objects that fit a schema. Names and values come from small pools, so that writes meet. */

/** Fields of built-in types that scenarios use: enough for every kind of list and map, few enough to meet often. */
const USED: Readonly<Record<string, readonly string[]>> = {
  ObjectMeta: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  DeploymentSpec: ['replicas', 'selector', 'template', 'strategy', 'paused', 'minReadySeconds'],
  PodSpec: ['containers', 'volumes', 'nodeSelector', 'tolerations', 'imagePullSecrets', 'hostAliases', 'nodeName'],
  Container: ['name', 'image', 'args', 'env', 'ports', 'resources', 'volumeMounts'],
  EnvVar: ['name', 'value', 'valueFrom'],
  EnvVarSource: ['fieldRef', 'configMapKeyRef'],
  ResourceRequirements: ['limits', 'requests', 'claims'],
  Volume: ['name', 'emptyDir', 'configMap'],
  ServiceSpec: ['selector', 'ports', 'externalIPs', 'type', 'clusterIPs', 'sessionAffinityConfig'],
  PodStatus: ['phase', 'conditions', 'podIPs'],
  DeploymentStatus: ['replicas', 'conditions'],
};

const TEXTS = ['a', 'b', 'c', 'TCP', 'UDP', '<x>&"é'];
const NAMES = ['a', 'b', 'c', 'x.y/z'];
const NUMBERS = [0, 1, 2, 80];

/** How dense objects are. */
export interface Shape {
  readonly random: Random;
  /** How likely an optional field is there. */
  readonly density: number;
  /** How likely a value is null. */
  readonly nulls: number;
  /** Whether sets and lists with keys may repeat items. */
  readonly duplicates: boolean;
  /** Fields that are not used at all. */
  readonly without: ReadonlySet<string>;
}

/** A random value of a node. */
export function randomValue(node: SchemaNode, shape: Shape): unknown {
  const { random } = shape;
  if (random.chance(shape.nulls)) return null;
  if (node['x-kubernetes-int-or-string'] === true || node.format === 'int-or-string' || node.oneOf) {
    return random.chance(0.5) ? random.pick(NUMBERS) : random.pick(['1', '50%', '100m']);
  }
  if (node.format === 'date-time') return `2020-01-0${1 + random.below(3)}T00:00:00Z`;
  switch (node.type) {
    case 'string':
      return random.pick(TEXTS);
    case 'integer':
      return random.pick(NUMBERS);
    case 'number':
      return random.pick([0, 1, 1.5, -2]);
    case 'boolean':
      return random.chance(0.5);
    case 'array':
      return randomList(node, shape);
    case 'object':
      return randomMap(node, shape);
    default:
      return anyValue(random, 2);
  }
}

function anyValue(random: Random, depth: number): unknown {
  const choice = random.below(depth > 0 ? 7 : 4);
  if (choice < 2) return random.pick(TEXTS);
  if (choice === 2) return random.pick(NUMBERS);
  if (choice === 3) return random.chance(0.5) ? random.chance(0.5) : null;
  if (choice === 4) return Array.from({ length: random.below(3) }, () => anyValue(random, depth - 1));
  return Object.fromEntries(
    random
      .shuffle(NAMES)
      .slice(0, random.below(3))
      .map((name) => [name, anyValue(random, depth - 1)]),
  );
}

function randomMap(node: SchemaNode, shape: Shape): JsonMap {
  const { random } = shape;
  const result: JsonMap = {};
  const used = USED[node.definition?.split('.').at(-1) ?? ''];
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (name === 'managedFields' || shape.without.has(name) || (used && !used.includes(name))) continue;
    if (random.chance(shape.density)) result[name] = randomValue(child, shape);
  }
  const others = node.additionalProperties;
  const isFree = node['x-kubernetes-preserve-unknown-fields'] === true || others === true;
  if (typeof others !== 'object' && !isFree) return result;
  for (const name of random.shuffle(NAMES).slice(0, random.below(4))) {
    if (node.properties?.[name]) continue;
    result[name] = typeof others === 'object' ? randomValue(others, shape) : anyValue(random, 2);
  }
  return result;
}

function randomList(node: SchemaNode, shape: Shape): unknown[] {
  const { random } = shape;
  const items = node.items ?? {};
  const type = node['x-kubernetes-list-type'];
  const keys = keysOf(node);
  const isPlain = type === 'atomic' || (type === undefined && keys === undefined);
  const result: unknown[] = [];
  const seen = new Set<string>();
  for (let count = random.below(4); count > 0; count -= 1) {
    const item = randomValue(items, isPlain ? shape : { ...shape, nulls: 0 });
    if (keys && isMap(item)) setKeys(item, keys, items, shape);
    const identity = JSON.stringify(keys ? keys.map((key) => keyValue(item, key, items)) : item);
    if (!isPlain && !shape.duplicates && seen.has(identity)) continue;
    seen.add(identity);
    result.push(item);
  }
  return result;
}

/** The keys of a list whose items have some. */
function keysOf(node: SchemaNode): readonly string[] | undefined {
  if (node['x-kubernetes-list-map-keys']) return node['x-kubernetes-list-map-keys'];
  const merges = node['x-kubernetes-list-type'] === undefined && node['x-kubernetes-patch-strategy'] === 'merge';
  const key = node['x-kubernetes-patch-merge-key'];
  return merges && key !== undefined ? [key] : undefined;
}

function keyValue(item: unknown, key: string, items: SchemaNode): unknown {
  return (isMap(item) ? item[key] : undefined) ?? items.properties?.[key]?.default;
}

function setKeys(item: JsonMap, keys: readonly string[], items: SchemaNode, { random }: Shape): void {
  for (const [at, key] of keys.entries()) {
    const node = items.properties?.[key];
    if (node?.default !== undefined && random.chance(0.4)) delete item[key];
    else if (at > 0 && random.chance(0.2)) delete item[key];
    else
      item[key] =
        node?.type === 'integer' ? random.pick([80, 81]) : random.pick(at === 0 ? ['a', 'b', 'c'] : ['TCP', 'UDP']);
  }
}

/** The value with some parts gone, some made anew and some lists in another order. */
export function mutate(node: SchemaNode, value: unknown, shape: Shape): unknown {
  const { random } = shape;
  if (random.chance(0.06)) return randomValue(node, shape);
  if (Array.isArray(value)) return mutateList(node, value, shape);
  if (!isMap(value)) return value;
  const result: JsonMap = {};
  for (const name of Object.keys(value)) {
    if (random.chance(0.07)) continue;
    const child = node.properties?.[name] ?? node.additionalProperties;
    result[name] = typeof child === 'object' ? mutate(child, value[name], shape) : value[name];
  }
  if (random.chance(0.35)) {
    const more = randomMap(node, { ...shape, density: 0.15 });
    for (const [name, child] of Object.entries(more)) if (!Object.hasOwn(result, name)) result[name] = child;
  }
  return result;
}

function mutateList(node: SchemaNode, values: readonly unknown[], shape: Shape): unknown[] {
  const { random } = shape;
  const items = node.items ?? {};
  const kept = values.filter(() => !random.chance(0.15));
  const keys = new Set(keysOf(node) ?? []);
  const changed = kept.map((item) => (isMap(item) ? keepKeys(item, mutate(items, item, shape), keys) : item));
  if (shape.duplicates && changed.length > 0 && random.chance(0.1)) changed.push(random.pick(changed));
  return random.chance(0.3) ? random.shuffle(changed) : changed;
}

function keepKeys(before: JsonMap, after: unknown, keys: ReadonlySet<string>): unknown {
  if (!isMap(after)) return before;
  const result = { ...after };
  for (const key of keys) {
    if (Object.hasOwn(before, key)) result[key] = before[key];
    else delete result[key];
  }
  return result;
}
