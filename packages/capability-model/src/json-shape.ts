import type { FieldPath, FieldProblem } from './package-validation.ts';

/** Metadata is read from places that nobody vouches for: what is nested deeper or larger than this is not looked at. */
export const JSON_LIMITS = { depth: 200, values: 250_000 } as const;

interface Step {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent?: Step;
  readonly depth: number;
}

/**
 * Why a value is no JSON that Capstan reads: too deep, too large (aliases of YAML counted as often as they are used),
 * numbers, texts or objects that JSON cannot carry. Does not recurse, so that no input can exhaust the stack.
 */
export function jsonProblem(root: unknown): FieldProblem | undefined {
  const open: Step[] = [{ value: root, key: '', depth: 0 }];
  for (let count = 1; open.length > 0; count += 1) {
    const step = open.pop() as Step;
    const message = count > JSON_LIMITS.values ? `has more than ${JSON_LIMITS.values} values` : valueProblem(step);
    if (message !== undefined) return { path: count > JSON_LIMITS.values ? [] : pathOf(step), message };
    for (const child of childrenOf(step)) open.push(child);
  }
  return undefined;
}

function valueProblem({ value, depth }: Step): string | undefined {
  if (depth > JSON_LIMITS.depth) return `is nested more than ${JSON_LIMITS.depth} levels deep`;
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'is text with half a surrogate pair';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `is ${value}, which JSON cannot carry`;
  if (value === null || typeof value === 'boolean' || Array.isArray(value)) return undefined;
  if (typeof value !== 'object') return `is a ${typeof value}, which JSON cannot carry`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return 'is an object of a kind that JSON cannot carry';
  return Object.keys(value).every((key) => key.isWellFormed()) ? undefined : 'has a name with half a surrogate pair';
}

/** Last first, so that the first in the document is looked at first. */
function childrenOf(parent: Step): Step[] {
  const { value } = parent;
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value).filter(([, member]) => member !== undefined);
  return entries.map(([key, child]) => ({ value: child, key, parent, depth: parent.depth + 1 })).reverse();
}

function pathOf(step: Step): FieldPath {
  const path: (string | number)[] = [];
  for (let at: Step | undefined = step; at?.parent; at = at.parent) path.push(at.key);
  return path.reverse();
}
