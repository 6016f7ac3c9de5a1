import type { KubernetesObject } from '@capstan/base';
import { applySchemaDefaults, type Schema } from '@capstan/oam-model';
import { covers } from '../controllers/shared/covers.ts';
import { CONTROLLER_MANAGER } from './names.ts';
import { isObject, specOf } from './plain.ts';

/** A place in an object. */
export type FieldPlace = readonly (string | number)[];

/** What anybody may set on a workload: `kubectl scale` and autoscalers do. */
const OPEN_FIELDS: readonly string[] = ['spec.replicas'];

/**
 * Fields under `spec` of a live object that neither we nor the defaults of its CRD state: what was added by hand to an
 * object whose only controller we are. Server-side apply alone would leave them there for ever. What we applied ourselves
 * and state no more is none of them: the next apply takes it away together with what comes in its place, while without
 * that the object may be one that its CRD refuses.
 */
export function strangersIn(
  live: KubernetesObject,
  object: KubernetesObject,
  schema: Schema | undefined,
): FieldPlace[] {
  const wanted = schema ? applySchemaDefaults(object, schema) : object;
  const found: FieldPlace[] = [];
  compare(specOf(live), specOf(wanted), ['spec'], found);
  const applied = live.metadata.managedFields?.find(
    ({ manager, operation, subresource }) => manager === CONTROLLER_MANAGER && operation === 'Apply' && !subresource,
  );
  return found.filter((place) => !isWithin(applied?.['fieldsV1'], live, place) || managersOf(live, place).length > 0);
}

/** Whether a place of an object is in a set of fields (structured-merge-diff's fieldsV1), or in a part that is there as a whole. */
function isWithin(fields: unknown, value: unknown, [step, ...deeper]: FieldPlace): boolean {
  if (!isObject(fields)) return false;
  const keys = Object.keys(fields).filter((key) => key !== '.');
  if (step === undefined || keys.length === 0) return true;
  if (typeof step === 'string') return isWithin(fields[`f:${step}`], isObject(value) ? value[step] : undefined, deeper);
  const item: unknown = Array.isArray(value) ? value[step] : undefined;
  const own = keys.find((key) => key.startsWith('k:') && covers(item, JSON.parse(key.slice(2))));
  return own !== undefined && isWithin(fields[own], item, deeper);
}

function compare(live: unknown, wanted: unknown, place: FieldPlace, found: FieldPlace[]): void {
  if (Array.isArray(live) && Array.isArray(wanted)) {
    // Lists of different lengths are set right as a whole.
    if (live.length !== wanted.length) return;
    for (const [at, item] of live.entries()) compare(item, wanted[at], [...place, at], found);
    return;
  }
  if (!isObject(live) || !isObject(wanted)) return;
  for (const [name, value] of Object.entries(live)) {
    const path = [...place, name];
    if (OPEN_FIELDS.includes(path.join('.'))) continue;
    if (Object.hasOwn(wanted, name)) compare(value, wanted[name], path, found);
    else found.push(path);
  }
}

/** The managers other than ours that own a field of an object. */
export function managersOf(live: KubernetesObject, place: FieldPlace): string[] {
  const managers = (live.metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 }) =>
    typeof manager === 'string' && !manager.startsWith('capstan') && owns(fieldsV1, place) ? [manager] : [],
  );
  return [...new Set(managers)];
}

/** Whether a set of fields reaches a place; what stands below a list's item is not looked at more closely. */
function owns(fields: unknown, [name, ...deeper]: FieldPlace): boolean {
  if (name === undefined || typeof name === 'number') return true;
  if (!isObject(fields)) return false;
  const below = fields[`f:${name}`];
  if (below === undefined) return false;
  return isObject(below) && Object.keys(below).length > 0 ? owns(below, deeper) : true;
}
