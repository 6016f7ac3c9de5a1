import type { Json, JsonMap } from '../script/types.ts';

/**
 * A Status with its causes in order. The real server checks maps in an order of chance. In the message, which repeats the
 * causes, they are left out where they are the same as in the details.
 */
export function withSortedCauses(body: Json): Json {
  if (!isMap(body) || body['kind'] !== 'Status' || !isMap(body['details'])) return body;
  const { causes } = body['details'];
  if (!Array.isArray(causes) || causes.length < 2) return body;
  const ordered = causes.toSorted((a, b) => (JSON.stringify(keyOf(a)) < JSON.stringify(keyOf(b)) ? -1 : 1));
  return { ...body, message: withoutCauses(body['message'], causes), details: { ...body['details'], causes: ordered } };
}

function withoutCauses(message: Json | undefined, causes: readonly Json[]): Json {
  if (typeof message !== 'string') return message ?? null;
  const list = `[${causes.map(textOf).join(', ')}]`;
  return message.replace(list, () => `<${causes.length} causes>`);
}

function textOf(cause: Json): string {
  return isMap(cause) ? `${cause['field']}: ${cause['message']}` : '';
}

function keyOf(cause: Json): Json {
  return isMap(cause) ? [cause['field'] ?? '', cause['message'] ?? '', cause['reason'] ?? ''] : cause;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
