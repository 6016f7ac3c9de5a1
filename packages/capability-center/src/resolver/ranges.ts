import { parseRange } from '@capstan/capability-model';
import semver from 'semver';

/** A version, parsed once; most are a number, so that comparing them takes no time. */
export interface ParsedVersion {
  readonly semver: semver.SemVer;
  readonly prerelease: boolean;
  /** Orders versions that are no pre-releases; NaN for pre-releases and for huge numbers. */
  readonly order: number;
}

const PART = 2 ** 17;

/** Parses a version; throws where it is none. */
export function parsedVersion(text: string): ParsedVersion {
  const parsed = new semver.SemVer(text);
  const prerelease = parsed.prerelease.length > 0;
  return { semver: parsed, prerelease, order: prerelease ? Number.NaN : orderOf(parsed) };
}

/** Orders two versions as semver does. */
export function compareParsed(a: ParsedVersion, b: ParsedVersion): number {
  const difference = a.order - b.order;
  return Number.isNaN(difference) ? a.semver.compare(b.semver) : difference;
}

function orderOf({ major, minor, patch }: semver.SemVer): number {
  const fits = minor < PART && patch < PART && major < PART;
  return fits ? (major * PART + minor) * PART + patch : Number.NaN;
}

/** A range: numbers from `low` up to but without `high` for each alternative, and the same as semver tests it. */
interface ParsedRange {
  readonly plain: semver.Range;
  readonly early: semver.Range;
  /** Undefined where a bound does not fit into a number. */
  readonly spans: readonly { readonly low: number; readonly high: number }[] | undefined;
}

/** A test of versions against ranges that parses each range once. Throws CAPSTAN_RANGE_INVALID. */
export function createMatcher(): (version: ParsedVersion | string, range: string, prereleases: boolean) => boolean {
  const known = new Map<string, ParsedRange>();
  return (version, range, prereleases) => {
    let parsed = known.get(range);
    if (!parsed) {
      parsed = parsedRange(range);
      known.set(range, parsed);
    }
    const { semver: full, order } = typeof version === 'string' ? parsedVersion(version) : version;
    if (parsed.spans === undefined || Number.isNaN(order))
      return (prereleases ? parsed.early : parsed.plain).test(full);
    return parsed.spans.some(({ low, high }) => low <= order && order < high);
  };
}

function parsedRange(text: string): ParsedRange {
  const { normal } = parseRange(text);
  const plain = new semver.Range(normal);
  const early = new semver.Range(normal, { includePrerelease: true });
  const spans = plain.set.map((comparators) => comparators.map(spanOf).reduce(both, EVERYTHING));
  const fits = spans.every(({ low, high }) => !Number.isNaN(low) && !Number.isNaN(high));
  return { plain, early, spans: fits ? spans : undefined };
}

const EVERYTHING = { low: 0, high: Number.POSITIVE_INFINITY };

function both(a: { low: number; high: number }, b: { low: number; high: number }) {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

/** What a comparator lets in of versions that are no pre-releases: a pre-release as bound lies just below its version. */
function spanOf({ operator, semver: bound }: semver.Comparator): { low: number; high: number } {
  if (!(bound instanceof semver.SemVer)) return EVERYTHING;
  const at = orderOf(bound);
  const next = bound.prerelease.length > 0 ? at : at + 1;
  switch (operator) {
    case '>':
      return { low: next, high: Number.POSITIVE_INFINITY };
    case '>=':
      return { low: at, high: Number.POSITIVE_INFINITY };
    case '<':
      return { low: 0, high: at };
    case '<=':
      return { low: 0, high: next };
    default:
      return { low: at, high: next };
  }
}
