type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'each' }
  | { readonly type: 'select'; readonly path: FieldPath; readonly value: string };

/** A parsed path to values in an object. */
export type FieldPath = readonly Step[];

const BLANKS = /^[\s|]+/;
const FIELD = /^\.([A-Za-z_]\w*)/;
const QUOTED = /^\.?\["([^"]+)"\]/;
const EACH = /^\.?\[\]/;
const SELECT = /^select\(\s*(\.[^=]+?)\s*==\s*"([^"]*)"\s*\)/;

/**
 * Parses the part of jq's paths that stages use: `.a.b`, `.a["b.c/d"]`, `.a[]` and `.a.[] | select( .b == "x" ) | .c`.
 * Returns undefined for anything else.
 */
export function parseFieldPath(text: string): FieldPath | undefined {
  const steps: Step[] = [];
  let rest = text.trim();
  if (!rest.startsWith('.')) return undefined;
  while (rest !== '') {
    const step = nextStep(rest);
    if (step === undefined) return undefined;
    steps.push(step.step);
    rest = rest.slice(step.length).replace(BLANKS, '');
  }
  return steps;
}

/** The values at a path, without those that are absent or null. */
export function valuesAt(object: unknown, path: FieldPath): unknown[] {
  let values = [object];
  for (const step of path) values = values.flatMap((value) => follow(value, step));
  return values.filter((value) => value !== undefined && value !== null);
}

function follow(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step.type === 'field') return [(value as Record<string, unknown>)[step.name]];
  if (step.type === 'each') return Object.values(value);
  return valuesAt(value, step.path).includes(step.value) ? [value] : [];
}

function nextStep(text: string): { step: Step; length: number } | undefined {
  const field = FIELD.exec(text) ?? QUOTED.exec(text);
  if (field?.[1] !== undefined) return { step: { type: 'field', name: field[1] }, length: field[0].length };
  const each = EACH.exec(text);
  if (each) return { step: { type: 'each' }, length: each[0].length };
  const select = SELECT.exec(text);
  const path = select?.[1] === undefined ? undefined : parseFieldPath(select[1]);
  if (!select || path === undefined) return undefined;
  return { step: { type: 'select', path, value: select[2] ?? '' }, length: select[0].length };
}
