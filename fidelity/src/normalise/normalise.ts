import type { Exchange } from '../run/execute.ts';
import { withoutPaths } from '../script/path.ts';
import type { Counted, Json, JsonMap, Script } from '../script/types.ts';
import { withSortedCauses } from './causes.ts';
import { Identities } from './identities.ts';
import { selectPaths } from './select.ts';
import { isTable, normaliseTable } from './table.ts';
import { normaliseText } from './text.ts';

/** An answer as it is compared and recorded. */
export interface Normal {
  readonly status: number;
  readonly contentType: string;
  readonly warnings?: readonly string[];
  readonly body?: Json;
  readonly events?: readonly Json[];
}

/**
 * The answers of a script without what differs from run to run; the list of docs/sandbox-fidelity.md. Answers of steps
 * that only prepare are undefined, but what they say about identities is used.
 */
export function normaliseRun(script: Script, exchanges: readonly (Exchange | undefined)[]): (Normal | undefined)[] {
  const identities = new Identities(generateNames(script.steps as unknown as Json));
  return script.steps.map((step, index) => {
    const exchange = exchanges[index];
    if (exchange === undefined || 'watch' in step) return undefined;
    const normal = normalise(exchange, identities);
    return step.case === undefined ? undefined : narrow(normal, step);
  });
}

/** Every `generateName` in a tree. */
function generateNames(tree: Json): string[] {
  if (tree === null || typeof tree !== 'object') return [];
  return Object.entries(tree).flatMap(([key, value]: [string, Json]) =>
    key === 'generateName' && typeof value === 'string' ? [value] : generateNames(value),
  );
}

function normalise({ status, contentType, warnings, body, events }: Exchange, identities: Identities): Normal {
  const walk = new Walk(identities);
  const walked = withSortedCauses(walk.tree(isOpenApi(body) ? withoutDescriptions(body) : body));
  return {
    status,
    contentType,
    ...(warnings.length > 0 && { warnings: warnings.map((warning) => normaliseText(warning, identities)) }),
    ...(walked !== null && { body: walked }),
    ...(events && { events: events.map((event) => walk.event(event)) }),
  };
}

function narrow(normal: Normal, { ignore = [], only = [] }: Counted): Normal {
  const tree = normal as unknown as Json;
  const selected = only.length > 0 ? selectPaths(tree, only) : tree;
  return withoutPaths(selected, ignore) as unknown as Normal;
}

/** What a reviewed user may do is collected from maps. */
const RULE_LISTS = new Set(['resourceRules', 'nonResourceRules']);
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

class Walk {
  readonly #identities: Identities;
  readonly #isEvent: boolean;

  constructor(identities: Identities, isEvent = false) {
    this.#identities = identities;
    this.#isEvent = isEvent;
  }

  event(event: Json): Json {
    return new Walk(this.#identities, true).#event(event);
  }

  #event(event: Json): Json {
    if (!isMap(event) || !isMap(event['object'])) return this.tree(event);
    const { type, object } = event;
    if (type !== 'BOOKMARK') return { ...event, object: this.tree(object) };
    return { ...event, object: this.#collection(object, this.tree({ ...object, metadata: {} }) as JsonMap) };
  }

  tree(value: Json | undefined, key = ''): Json {
    if (value === undefined) return null;
    if (typeof value === 'string') return this.#text(value, key);
    if (typeof value === 'number') return isNodePort(key, value) ? '<node port>' : value;
    if (RULE_LISTS.has(key) && Array.isArray(value)) return byText(value.map((each) => this.tree(each as Json)));
    if (key === 'managedFields' && Array.isArray(value)) return sorted(value.map((each) => this.tree(each as Json)));
    if (Array.isArray(value)) return value.map((each) => this.tree(each as Json, key));
    return isMap(value) ? this.#map(value) : value;
  }

  #text(value: string, key: string): string {
    if ((key === 'clusterIP' || key === 'clusterIPs') && ADDRESS.test(value)) return '<cluster ip>';
    if (key === 'resourceVersion') return /^\d+$/.test(value) ? '<version>' : value;
    return normaliseText(value, this.#identities);
  }

  #map(map: JsonMap): Json {
    if (Array.isArray(map['items']) || isTable(map)) return this.#list(map);
    const metadata = map['metadata'];
    if (isMap(metadata)) this.#identities.learn(map);
    const walked = Object.fromEntries(
      Object.entries(map).map(([key, value]) => [this.#text(key, ''), this.tree(value, key)]),
    );
    if (!isMap(metadata)) return walked;
    return { ...walked, metadata: { ...(walked['metadata'] as JsonMap), ...this.#identity(map, metadata) } };
  }

  /** What metadata says of who the object is, as it relates to what was seen before. */
  #identity(map: JsonMap, metadata: JsonMap): JsonMap {
    const { uid, resourceVersion } = metadata;
    return {
      ...(typeof uid === 'string' && { uid: this.#identities.ownUid(map, uid) }),
      ...(typeof resourceVersion === 'string' && {
        resourceVersion: this.#identities.version(identityOf(map, metadata), resourceVersion, this.#isEvent),
      }),
    };
  }

  /** Lists and Tables: first the items, whose versions say whether that of the list is right. */
  #list(list: JsonMap): Json {
    const plain = isTable(list) ? normaliseTable(list) : list;
    const walked = Object.fromEntries(
      Object.entries(plain).map(([key, value]) => [key, key === 'metadata' ? value : this.tree(value, key)]),
    );
    return this.#collection(list, walked);
  }

  #collection(source: JsonMap, walked: JsonMap): JsonMap {
    const metadata = source['metadata'];
    if (!isMap(metadata)) return walked;
    const { resourceVersion, continue: token, ...rest } = metadata;
    return {
      ...walked,
      metadata: {
        ...(this.tree(rest) as JsonMap),
        ...(typeof resourceVersion === 'string' && { resourceVersion: this.#identities.listVersion(resourceVersion) }),
        ...(typeof token === 'string' && { continue: token === '' ? '' : '<continue>' }),
      },
    };
  }
}

function identityOf(object: JsonMap, metadata: JsonMap): string {
  const { uid, namespace, name } = metadata;
  return typeof uid === 'string' ? uid : JSON.stringify([object['kind'], namespace, name]);
}

/** The real server orders managers by time, in seconds: whether two writes are in the same second is chance. */
function sorted(managers: readonly Json[]): Json[] {
  const orderOf = (entry: Json) => {
    const { manager, operation, subresource, apiVersion } = isMap(entry) ? entry : {};
    return JSON.stringify([manager, operation, subresource, apiVersion]);
  };
  return managers.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function byText(list: readonly Json[]): Json[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** A dry run of the real server names ports above its range. */
function isNodePort(key: string, value: number): boolean {
  return (key === 'nodePort' || key === 'healthCheckNodePort') && value >= 30000 && value <= 32999;
}

function isOpenApi(body: Json): boolean {
  return isMap(body) && typeof body['openapi'] === 'string';
}

/** A property that is called `description` has a schema, and not a text. */
function withoutDescriptions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => key !== 'description' || typeof inner !== 'string');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutDescriptions(inner)]));
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
