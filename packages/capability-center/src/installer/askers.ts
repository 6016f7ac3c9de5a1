import { parseLabel, parseRange } from '@capstan/capability-model';
import semver from 'semver';

/** Who asks for a package, each with the range that it gave: `you`, `CapabilitySet shop`. */
export type Askers = Readonly<Record<string, string>>;

/** Who asks at the command line. */
export const YOU = 'you';

/** Askers as a record has them: with their ranges or, of an early version, names with one range for all. */
export function asAskers(recorded: Askers | readonly string[], range: string): Askers {
  const names: unknown = recorded;
  if (!Array.isArray(names)) return recorded as Askers;
  return Object.fromEntries(names.map((name) => [String(name), range]));
}

/**
 * The versions that are in every range, as one range; what admits everything says nothing. One release that somebody
 * asked for is all that is left.
 */
export function commonRange(ranges: readonly string[]): string {
  const release = ranges.find((range) => parseLabel(range) !== undefined);
  if (release !== undefined) return release;
  const [first = '*', ...rest] = [...new Set(ranges)].filter((range) => range !== '*').sort();
  return rest.length === 0 ? first : rest.map(canonical).reduce(intersection, canonical(first));
}

/** A range in comparators, so that two of them can be put together. */
export function canonical(range: string): string {
  return new semver.Range(parseRange(range).text).range || '*';
}

/** The versions that are in both ranges; empty text where there are none. */
export function intersection(a: string, b: string): string {
  if (semver.subset(a, b)) return a;
  if (semver.subset(b, a)) return b;
  const parts = a.split('||').flatMap((left) => b.split('||').map((right) => `${left.trim()} ${right.trim()}`));
  return parts.filter((part) => semver.minVersion(part) !== null).join(' || ');
}
