import { distance } from 'fastest-levenshtein';

interface Candidate {
  readonly name: string;
  readonly edits: number;
}

/** The names that may be meant, best first: at most three, and at most three edits or half of the name away. */
export function nearest(name: string, names: readonly string[]): string[] {
  return ranked(name, names).map((candidate) => candidate.name);
}

/** `Did you mean "a" or "b"?` with the names that are equally near, or undefined when none is. */
export function didYouMean(name: string, names: readonly string[]): string | undefined {
  const candidates = ranked(name, names);
  const best = candidates.filter(({ edits }) => edits === candidates[0]?.edits);
  return best.length === 0 ? undefined : `Did you mean ${best.map((each) => `"${each.name}"`).join(' or ')}?`;
}

function ranked(name: string, names: readonly string[]): Candidate[] {
  const wanted = name.toLowerCase();
  const limit = Math.min(3, Math.ceil(wanted.length / 2));
  return names
    .map((each) => ({ name: each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, 3);
}
