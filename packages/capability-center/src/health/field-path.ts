/**
 * The values at a path of an object: names joined by dots, `[*]` for every item of a list, `[n]` for one. An item that
 * lacks the rest of the path gives undefined, so that "every value is there" can be told.
 */
export function valuesAt(value: unknown, path: string): unknown[] {
  const steps = path.match(/[^.[\]]+|\[\d+\]|\[\*\]/g) ?? [];
  return steps.reduce<unknown[]>((values, step) => values.flatMap((at) => stepInto(at, step)), [value]);
}

function stepInto(value: unknown, step: string): unknown[] {
  if (step === '[*]') return Array.isArray(value) ? value : [undefined];
  if (step.startsWith('[')) return [Array.isArray(value) ? value[Number(step.slice(1, -1))] : undefined];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [undefined];
  return [(value as Record<string, unknown>)[step]];
}
