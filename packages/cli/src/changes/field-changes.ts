import type { JsonObject, KubernetesObject } from '@capstan/base';
import {
  type FieldOwners,
  fieldOwners,
  noLongerOwned,
  ownersOfField,
  ownersOfItem,
  ownsItem,
} from './managed-fields.ts';
import { sameQuantity } from './quantity.ts';

/** One field that differs. Values of Secrets are never in it: `hidden` says that there is one. */
export interface FieldChange {
  /** `spec.template.spec.containers[web].image`: items of lists by their name where they have one, else by position. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly before?: unknown;
  readonly after?: unknown;
  readonly hidden?: true;
}

/** Everything in which two values differ. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  return new Walk(undefined).compare(before, after);
}

/**
 * What applying an object as this field manager would change in a live one: fields that are stated differently, and
 * fields that the manager stated before and no longer does. What others own and what the API server filled in stays.
 */
export function appliedChanges(live: KubernetesObject, desired: KubernetesObject, manager: string): FieldChange[] {
  return new Walk(fieldOwners(live, manager)).compare(live, desired);
}

/** Set by the API server, or bookkeeping of Capstan that changes with every pass: nobody decides them. */
const BOOKKEEPING = new Set([
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.uid',
  'metadata.generation',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.ownerReferences',
  'metadata.annotations[app.oam.dev/generation]',
  'metadata.annotations[capstan.dev/applied]',
  'metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]',
]);

interface At {
  readonly path: string;
  /** Absent where two values are compared as a whole. */
  readonly owners: FieldOwners | undefined;
  /** Inside the data of a Secret. */
  readonly hidden: boolean;
  /** Inside an object of amounts: `1` and `1000m` are the same there. */
  readonly amounts: boolean;
}

class Walk {
  readonly #found: FieldChange[] = [];
  readonly #owners: FieldOwners | undefined;

  constructor(owners: FieldOwners | undefined) {
    this.#owners = owners;
  }

  compare(before: unknown, after: unknown): FieldChange[] {
    this.#value(before, after, { path: '', owners: this.#owners, hidden: false, amounts: false });
    return this.#found;
  }

  #value(before: unknown, after: unknown, at: At): void {
    if (BOOKKEEPING.has(at.path)) return;
    if (isObject(before) && isObject(after)) this.#object(before, after, at);
    else if (Array.isArray(before) && Array.isArray(after)) this.#list(before, after, at);
    else if (!isSame(before, after, at)) this.#report(before, after, at);
  }

  #object(before: JsonObject, after: JsonObject, at: At): void {
    const [old, wanted] = [decoded(before), decoded(after)];
    const secret = old['kind'] === 'Secret' && old['apiVersion'] === 'v1';
    for (const name of namesOf(old, wanted, at.owners)) {
      const owners = at.owners && ownersOfField(at.owners, name);
      this.#value(old[name], name in wanted ? wanted[name] : leftOf(old[name], owners), {
        path: pathOf(at.path, name),
        owners,
        hidden: at.hidden || (secret && name === 'data'),
        amounts: at.amounts || AMOUNTS.has(name),
      });
    }
  }

  #list(before: readonly unknown[], after: readonly unknown[], at: At): void {
    const name = itemName(before, after);
    if (!name) {
      this.#byPosition(before, after, at);
      return;
    }
    const old = new Map(before.map((item) => [name(item as JsonObject), item as JsonObject]));
    const wanted = new Map(after.map((item) => [name(item as JsonObject), item as JsonObject]));
    for (const [key, item] of wanted) this.#value(old.get(key), item, itemAt(at, key, item));
    for (const [key, item] of old) {
      if (!wanted.has(key) && (!at.owners || ownsItem(at.owners, item)))
        this.#value(item, undefined, itemAt(at, key, item));
    }
  }

  #byPosition(before: readonly unknown[], after: readonly unknown[], at: At): void {
    if (!before.every(isObject) || !after.every(isObject)) {
      if (JSON.stringify(before) !== JSON.stringify(after)) this.#report(before, after, at);
      return;
    }
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      this.#value(before[index], after[index], itemAt(at, String(index), after[index] ?? {}));
  }

  #report(before: unknown, after: unknown, at: At): void {
    const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    if (at.hidden) this.#found.push({ path: at.path, change, hidden: true });
    else
      this.#found.push({
        path: at.path,
        change,
        ...(before === undefined ? {} : { before: masked(before) }),
        ...(after === undefined ? {} : { after: masked(after) }),
      });
  }
}

/** What stands in place of a value of a Secret. */
const HIDDEN = '(hidden)';

/** The value without the data of the Secrets in it. */
export function masked<T>(value: T): T {
  if (Array.isArray(value)) return value.map(masked) as T;
  if (!isObject(value)) return value;
  const secret = value['kind'] === 'Secret' && value['apiVersion'] === 'v1';
  const fields = Object.entries(value).map(([name, field]) => {
    const data = secret && (name === 'data' || name === 'stringData') && isObject(field);
    return [name, data ? Object.fromEntries(Object.keys(field).map((key) => [key, HIDDEN])) : masked(field)] as const;
  });
  return Object.fromEntries(fields) as T;
}

/** Fields that hold amounts of resources. */
const AMOUNTS = new Set(['requests', 'limits', 'resources', 'capacity', 'hard']);

function isSame(before: unknown, after: unknown, at: At): boolean {
  if (before === after) return true;
  // Absent, null, and empty where the other is absent say the same.
  if (isNothing(before) && isNothing(after)) return true;
  return at.amounts && sameQuantity(before, after);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** The fields to compare: all of both, or what is stated and what is no longer. */
function namesOf(before: JsonObject, after: JsonObject, owners: FieldOwners | undefined): Iterable<string> {
  const stated = Object.keys(after);
  const gone = owners ? noLongerOwned(owners).filter((name) => name in before) : Object.keys(before);
  return new Set([...stated, ...gone]);
}

/** What is compared with a field that is stated no more: of a container only the owned parts go away. */
function leftOf(before: unknown, owners: FieldOwners | undefined): unknown {
  if (!owners?.own || Object.keys(owners.own).length === 0) return undefined;
  if (Array.isArray(before)) return [];
  return isObject(before) ? {} : undefined;
}

/** A Secret with its `stringData` where the API server keeps it. */
function decoded(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (object['kind'] !== 'Secret' || !isObject(stringData)) return object;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...rest, data: { ...(isObject(rest['data']) ? rest['data'] : {}), ...Object.fromEntries(encoded) } };
}

/** By what items of lists are told apart, the first that all items of both lists have and that no two share. */
const ITEM_NAMES: readonly ((item: JsonObject) => unknown)[] = [
  (item) => item['name'],
  (item) => item['instanceName'],
  (item) => item['componentName'],
  (item) => kindOf(item['trait']),
  (item) => item['mountPath'],
  (item) => item['key'],
  (item) => item['path'],
  (item) => item['containerPort'] ?? item['port'],
];

function itemName(
  before: readonly unknown[],
  after: readonly unknown[],
): ((item: JsonObject) => string | undefined) | undefined {
  if (!before.every(isObject) || !after.every(isObject) || before.length + after.length === 0) return undefined;
  const found = ITEM_NAMES.find((nameOf) => isUnique(before.map(nameOf)) && isUnique(after.map(nameOf)));
  return found && ((item) => String(found(item)));
}

function isUnique(names: readonly unknown[]): boolean {
  return names.every(isName) && new Set(names).size === names.length;
}

function isName(name: unknown): boolean {
  return (typeof name === 'string' && name !== '') || typeof name === 'number';
}

function kindOf(trait: unknown): unknown {
  return isObject(trait) ? trait['kind'] : undefined;
}

function itemAt(at: At, key: string | undefined, item: JsonObject): At {
  return { ...at, path: `${at.path}[${key}]`, owners: at.owners && atomic(at.owners, item) };
}

/** Items of a list that is owned as a whole are owned as a whole too: what is not stated in them goes away. */
function atomic(owners: FieldOwners, item: JsonObject): FieldOwners | undefined {
  const whole = owners.own !== undefined && Object.keys(owners.own).length === 0;
  return whole ? undefined : ownersOfItem(owners, item);
}

function pathOf(path: string, name: string): string {
  if (/[.[\]/]/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
