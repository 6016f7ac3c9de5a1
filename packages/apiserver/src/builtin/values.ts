/* Small readers of untyped JSON that strategies share. */

/** A JSON object whose fields are not known yet. */
export type Fields = Record<string, unknown>;

/** The value as an object; undefined where it is something else. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The value as an object for reading; an empty one where it is something else. */
export function fields(value: unknown): Fields {
  return asFields(value) ?? {};
}

/** The objects in a list; an empty list where the value is something else. */
export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

/** The strings in a list; an empty list where the value is something else. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The value as a string; empty where it is something else, which is Go's zero. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value as a number; undefined where it is something else. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A map of strings, for reading. */
export function stringMap(value: unknown): Record<string, string> {
  return fields(value) as Record<string, string>;
}

/** Sets a field where it is absent (or null). */
export function setDefault(target: Fields, field: string, value: unknown): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}

/** The object in a field; made where it is absent. */
export function ensure(target: Fields, field: string): Fields {
  const found = asFields(target[field]);
  if (found) return found;
  const made: Fields = {};
  target[field] = made;
  return made;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Equality as of Kubernetes' semantic DeepEqual on decoded objects: absent, null and empty lists and maps are equal. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, position) => deepEqual(item, b[position]));
  }
  const left = asFields(a);
  const right = asFields(b);
  if (!left || !right) return false;
  for (const name of Object.keys(left)) if (!deepEqual(left[name], right[name])) return false;
  for (const name of Object.keys(right)) if (!(name in left) && !isEmpty(right[name])) return false;
  return true;
}
