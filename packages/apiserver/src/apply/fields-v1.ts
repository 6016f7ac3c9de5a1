import type { JsonObject } from '../model/object.ts';
import { FieldSet } from './field-set.ts';
import { canonicalStep, compareSteps } from './path-element.ts';

/* FieldsV1, the JSON form of a set of fields. Upstream: fieldpath/serialize.go. */

const SELF = '.';
const decoded = new WeakMap<object, FieldSet>();
const encoded = new WeakMap<FieldSet, JsonObject>();

/**
 * The set that a FieldsV1 stands for. Steps of unknown sorts are skipped. Throws TypeError where it is malformed. The
 * result is remembered with the object, which must not change any more.
 */
export function decodeFields(fields: Readonly<JsonObject>): FieldSet {
  const known = decoded.get(fields);
  if (known) return known;
  const set = readChildren(fields).children ?? FieldSet.EMPTY;
  decoded.set(fields, set);
  return set;
}

/** What is below a step, and whether the step itself is in the set. */
interface Below {
  readonly children: FieldSet | undefined;
  readonly isMember: boolean;
}

function readChildren(json: unknown): Below {
  if (json === null) return { children: undefined, isMember: true };
  if (typeof json !== 'object' || Array.isArray(json)) throw new TypeError('expected an object in a set of fields');
  let isMember = false;
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [key, value] of Object.entries(json)) {
    if (key === SELF) {
      isMember = true;
      continue;
    }
    const step = canonicalStep(key);
    if (step === undefined) continue;
    const below = readChildren(value);
    if (below.isMember) members.add(step);
    if (below.children) children.set(step, below.children);
  }
  if (members.size === 0 && children.size === 0) return { children: undefined, isMember: true };
  return { children: new FieldSet(members, children), isMember };
}

/** The set as FieldsV1, in canonical order. The same set always gives the same object: never change it. */
export function encodeFields(set: FieldSet): JsonObject {
  const known = encoded.get(set);
  if (known) return known;
  const fields = writeChildren(set, false);
  encoded.set(set, fields);
  decoded.set(fields, set);
  return fields;
}

function writeChildren(set: FieldSet, includeSelf: boolean): JsonObject {
  const json: JsonObject = {};
  if (includeSelf) json[SELF] = {};
  const steps = new Set([...set.members, ...set.children.keys()]);
  for (const step of [...steps].sort(compareSteps)) {
    const child = set.children.get(step);
    json[step] = child ? writeChildren(child, set.members.has(step)) : {};
  }
  return json;
}
