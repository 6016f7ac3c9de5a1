import { distance } from 'fastest-levenshtein';

/** The candidates that are close enough to what was typed to be meant, nearest first, at most `limit`. */
export function nearest(typed: string, candidates: Iterable<string>, limit = 1): string[] {
  const allowed = Math.max(1, Math.floor(typed.length / 3));
  return [...new Set(candidates)]
    .map((name) => ({ name, far: name.startsWith(typed) && typed.length > 1 ? 0.5 : distance(typed, name) }))
    .filter(({ far }) => far <= allowed)
    .sort((one, other) => one.far - other.far || one.name.localeCompare(other.name))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** `Did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(typed: string, candidates: Iterable<string>): string | undefined {
  const names = nearest(typed, candidates, 2);
  return names.length === 0 ? undefined : `Did you mean ${names.map((name) => `"${name}"`).join(' or ')}?`;
}
