import { type KubernetesObject, messageOf } from '@capstan/base';
import { formatFieldPath, type PathSegment, parseFieldPath } from '../field-path.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import type { ApplicationConfiguration, ConditionRequirement } from '../kinds/index.ts';

/** A place that a value is read from, with the tests that it must pass. */
export interface ValuePlace {
  readonly object: KubernetesObject | undefined;
  /** `namespace/name` of the object, also when it does not exist. */
  readonly name: string;
  readonly fieldPath: string;
  readonly conditions: readonly ConditionRequirement[];
}

/** Whether a value can be passed on. `error` says that no change of the value can help, only one of the application. */
export type Readiness =
  | { readonly ready: true; readonly value: unknown }
  | { readonly ready: false; readonly reason: string; readonly error?: boolean };

/** The value of a place, or why it cannot be had yet, in the reference's words. */
export function readValue(place: ValuePlace, application: ApplicationConfiguration): Readiness {
  const { object, name, fieldPath, conditions } = place;
  if (fieldPath === '' && conditions.length === 0) return { ready: true, value: undefined };
  if (!object) return { ready: false, reason: `failed to get object (${name})` };
  const found = fieldPath === '' ? { value: undefined } : lookUp(object, fieldPath);
  if ('missing' in found) return { ready: false, reason: `${fieldPath} not found in object` };
  if ('blocked' in found) {
    const reason = `failed to get field value (${fieldPath}) in object (${name}): ${found.blocked}`;
    return { ready: false, reason, error: true };
  }
  const { value } = found;
  if (value === '' && conditions.length === 0) return { ready: false, reason: 'value should not be empty' };
  const passed = typeof value === 'string' ? value : undefined;
  for (const condition of conditions) {
    const reason = refusal(condition, { object, passed, application });
    if (reason !== undefined) return { ready: false, reason };
  }
  return { ready: true, value };
}

interface Subject {
  readonly object: KubernetesObject;
  /** The value that is passed on, when it is text. */
  readonly passed: string | undefined;
  readonly application: ApplicationConfiguration;
}

/** Why a condition does not hold. An operator that is not known holds, as in the reference. */
function refusal(condition: ConditionRequirement, { object, passed, application }: Subject): string | undefined {
  const checked = condition.fieldPath ? textAt(object, condition.fieldPath) : { text: passed };
  if ('why' in checked) return `can't get value to check ${checked.why}`;
  if (checked.text === undefined) return "can't get value to check FieldPath not specified";
  const expected = expectedOf(condition, application);
  if ('why' in expected) return `get valueFrom.fieldPath fail: ${expected.why}`;
  const equal = checked.text === expected.text;
  if (condition.op === 'eq' && !equal) return `got(${checked.text}) expected to be ${expected.text}`;
  if (condition.op === 'notEq' && equal) return `got(${checked.text}) expected not to be ${expected.text}`;
  if (condition.op === 'notEmpty' && checked.text === '') return 'value should not be empty';
  return undefined;
}

function expectedOf({ value, valueFrom }: ConditionRequirement, application: ApplicationConfiguration) {
  if (value) return { text: value };
  return valueFrom?.fieldPath ? textAt(application, valueFrom.fieldPath) : { text: '' };
}

function textAt(object: KubernetesObject, path: string): { readonly text: string } | { readonly why: string } {
  const found = lookUp(object, path);
  if ('missing' in found) return { why: found.missing };
  if ('blocked' in found) return { why: found.blocked };
  return typeof found.value === 'string' ? { text: found.value } : { why: `${path}: not a string` };
}

type Found = { readonly value: unknown } | { readonly missing: string } | { readonly blocked: string };

/** Like `getField`, but tells what is missing from what can never be there. A null on the way counts as missing. */
function lookUp(object: KubernetesObject, path: string): Found {
  let segments: PathSegment[];
  try {
    segments = parseFieldPath(path);
  } catch (error) {
    return { blocked: messageOf(error) };
  }
  let found: Found = { value: object };
  for (const [index, segment] of segments.entries()) {
    if (!('value' in found)) break;
    found = step(found.value, segment, (far) => formatFieldPath(segments.slice(0, index + far)));
  }
  return found;
}

function step(value: unknown, segment: PathSegment, path: (far: 0 | 1) => string): Found {
  if (typeof segment === 'number') {
    if (Array.isArray(value) && segment < value.length) return { value: value[segment] };
    if (Array.isArray(value) || value === null) return { missing: `${path(1)}: no such element` };
    return { blocked: `${path(0)}: not an array` };
  }
  if (isJsonObject(value) && Object.hasOwn(value, segment)) return { value: ownProperty(value, segment) };
  if (isJsonObject(value) || value === null) return { missing: `${path(1)}: no such field` };
  return { blocked: `${path(0)}: not an object` };
}
