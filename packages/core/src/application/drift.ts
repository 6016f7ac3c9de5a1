import type { KubernetesObject } from '@capstan/base';
import { applySchemaDefaults, type Schema } from '@capstan/oam-model';
import { isObject, specOf } from './plain.ts';

/** A place in an object. */
export type FieldPlace = readonly (string | number)[];

/** What anybody may set on a workload: `kubectl scale` and autoscalers do. */
const OPEN_FIELDS: readonly string[] = ['spec.replicas'];

/**
 * Fields under `spec` of a live object that neither we nor the defaults of its CRD state: what was added by hand to an
 * object whose only controller we are. Server-side apply alone would leave them there for ever.
 */
export function strangersIn(
  live: KubernetesObject,
  object: KubernetesObject,
  schema: Schema | undefined,
): FieldPlace[] {
  const wanted = schema ? applySchemaDefaults(object, schema) : object;
  const found: FieldPlace[] = [];
  compare(specOf(live), specOf(wanted), ['spec'], found);
  return found;
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
export function managersOf(live: KubernetesObject, place: FieldPlace, own: (manager: string) => boolean): string[] {
  const managers = (live.metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 }) =>
    typeof manager === 'string' && !own(manager) && owns(fieldsV1, place) ? [manager] : [],
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
