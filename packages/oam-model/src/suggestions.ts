import { distance } from 'fastest-levenshtein';

/** The names that are likely meant, best first: at most three edits away, and never more than half of the name. */
export function nearest(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.min(3, Math.ceil(wanted.length / 2));
  return names
    .map((each) => ({ each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || (a.each < b.each ? -1 : 1))
    .slice(0, 3)
    .map(({ each }) => each);
}

/** `Did you mean "a" or "b"?`, or undefined when nothing is near. */
export function didYouMean(name: string, names: readonly string[]): string | undefined {
  const near = nearest(name, names);
  return near.length === 0 ? undefined : `Did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`;
}
