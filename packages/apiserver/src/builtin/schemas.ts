import type { SchemaNode } from '../model/schema.ts';
import { readAsset } from './asset.ts';

/* Schemas of the built-in types, from the asset, as one graph that all resources share. */

type Mutable = { -readonly [Key in keyof SchemaNode]: SchemaNode[Key] };

/** A node as it is in the asset: `$ref` is the name of a definition, and what stands beside it wins over that. */
interface RawNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, RawNode>>;
  readonly items?: RawNode;
  readonly additionalProperties?: RawNode | boolean;
  readonly oneOf?: readonly RawNode[];
}

let raw: Readonly<Record<string, RawNode>> | undefined;
const nodes = new Map<string, Mutable>();
/** Nodes to fill once the definition that they refer to, which refers to itself, is there. */
let waiting: (() => void)[] = [];

function definitions(): Readonly<Record<string, RawNode>> {
  raw ??= readAsset('schemas') as Readonly<Record<string, RawNode>>;
  return raw;
}

/** Names of all definitions, as in Kubernetes' OpenAPI v3 documents (`io.k8s.api.core.v1.Container`). */
export function definitionNames(): readonly string[] {
  return Object.keys(definitions());
}

/**
 * The schema of a definition; the same node for every caller. A field that refers to a definition with something beside it
 * (a default, list type ...) is that definition's node with those keywords on top, and keeps its `definition`. Throws
 * RangeError for a name that is not there.
 */
export function definitionNode(name: string): SchemaNode {
  const known = nodes.get(name);
  if (known) return known;
  const node = resolveDefinition(name);
  for (const fill of waiting) fill();
  waiting = [];
  return node;
}

function resolveDefinition(name: string): Mutable {
  const known = nodes.get(name);
  if (known) return known;
  const source = definitions()[name];
  if (!source) throw new RangeError(`there is no definition ${name}`);
  const node: Mutable = { definition: name };
  nodes.set(name, node);
  unfinished.add(node);
  Object.assign(node, resolve(source));
  unfinished.delete(node);
  return node;
}

const unfinished = new Set<Mutable>();

function resolve(source: RawNode): Mutable {
  const { $ref, properties, items, additionalProperties, oneOf, ...keywords } = source;
  if ($ref !== undefined) return refer($ref, keywords);
  const node: Mutable = keywords;
  if (properties) {
    node.properties = Object.fromEntries(Object.entries(properties).map(([field, child]) => [field, resolve(child)]));
  }
  if (items) node.items = resolve(items);
  if (additionalProperties !== undefined) {
    node.additionalProperties =
      typeof additionalProperties === 'object' ? resolve(additionalProperties) : additionalProperties;
  }
  if (oneOf) node.oneOf = oneOf.map(resolve);
  return node;
}

function refer(name: string, keywords: object): Mutable {
  const target = resolveDefinition(name);
  if (Object.keys(keywords).length === 0) return target;
  const node: Mutable = {};
  const fill = () => Object.assign(node, target, keywords);
  if (unfinished.has(target)) waiting.push(fill);
  else fill();
  return node;
}
