import { CapstanError, EXIT } from '@capstan/base';
import semver from 'semver';
import { MODEL_CODES } from './codes.ts';

/** Version and release of a package: what is ordered and what a lock names. */
export interface VersionId {
  readonly version: string;
  readonly release: number;
}

/** A parsed range. `text` is what the user wrote. */
export interface VersionRange {
  readonly text: string;
  /** The same range as `semver` prints it. */
  readonly normal: string;
}

/** The version without a leading `v`, in canonical semver; throws CAPSTAN_VERSION_INVALID. */
export function parseVersion(text: string): string {
  const parsed = semver.parse(text.trim());
  if (parsed) return parsed.build.length > 0 ? `${parsed.version}+${parsed.build.join('.')}` : parsed.version;
  const close = semver.coerce(text, { includePrerelease: true });
  throw new CapstanError(MODEL_CODES.versionInvalid, `"${text}" is not a version.`, {
    hint: close ? `Versions have three parts. Did you mean "${close.version}"?` : 'Versions look like 2.20.2.',
    exit: EXIT.usage,
    fields: { text },
  });
}

/**
 * A range in npm's syntax: `2.20` (any 2.20.x), `^2.20.0`, `>=2.19 <3`, `2.19 || 2.20`, `*`; a leading `v` is allowed.
 * Empty text and `latest` are `*`. Throws CAPSTAN_RANGE_INVALID.
 */
export function parseRange(text: string): VersionRange {
  const wanted = text.trim();
  const normal = wanted === '' || wanted === 'latest' ? '*' : semver.validRange(wanted);
  if (normal === null) {
    throw new CapstanError(MODEL_CODES.rangeInvalid, `"${text}" is not a version range.`, {
      hint: 'Examples: 2.20, ^2.20.0, ">=2.19 <3", "2.19 || 2.20", *.',
      exit: EXIT.usage,
      fields: { text },
    });
  }
  return { text: wanted === '' ? '*' : wanted, normal };
}

/** Whether text is a range that `parseRange` accepts. */
export function isRange(text: string): boolean {
  return text.trim() === 'latest' || semver.validRange(text.trim()) !== null;
}

/**
 * Whether a version lies in a range. Pre-releases match only where a bound of the range names one of the same
 * version, unless `prereleases` lets them in. Build metadata is ignored.
 */
export function inRange(
  version: string,
  range: VersionRange | string,
  options: { prereleases?: boolean } = {},
): boolean {
  const normal = typeof range === 'string' ? parseRange(range).normal : range.normal;
  return semver.satisfies(version, normal, { includePrerelease: options.prereleases ?? false });
}

/** Whether a version is a pre-release. */
export function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null;
}

/** Orders by version (semver), then by release; negative when `a` comes first. */
export function compareVersionIds(a: VersionId, b: VersionId): number {
  return semver.compare(a.version, b.version) || a.release - b.release;
}

/** `2.20.2`, or `2.20.2-r1` for a repackaging: how files and messages name a version. */
export function versionLabel(id: VersionId): string {
  return id.release === 0 ? id.version : `${id.version}-r${id.release}`;
}

/**
 * What a label names, as `versionLabel` writes it: `2.20.2-r3` is release 3 of 2.20.2. Undefined for every other text: a
 * version without a release may be any of its releases.
 */
export function parseLabel(text: string): VersionId | undefined {
  const [, version = '', release] = /^=?v?(.+)-r([1-9]\d{0,8})$/.exec(text.trim()) ?? [];
  const valid = semver.valid(version);
  return valid === null ? undefined : { version: valid, release: Number(release) };
}

/** Whether text is the label of exactly this version and release. */
export function isLabelOf(text: string, id: VersionId): boolean {
  const named = parseLabel(text);
  return named !== undefined && compareVersionIds(named, id) === 0;
}

/**
 * Of the versions that exist, the ones nearest to what was asked for, newest first: the highest below and the lowest
 * above each bound of the range, at most `limit`. For messages about ranges that nothing matches.
 */
export function nearestVersions(versions: readonly string[], range: VersionRange | string, limit = 3): string[] {
  const sorted = [...new Set(versions)].sort(semver.compare);
  const bounds = boundsOf(typeof range === 'string' ? parseRange(range) : range);
  const near = new Set<string>();
  for (const bound of bounds) {
    const below = sorted.filter((version) => semver.lt(version, bound)).at(-1);
    const above = sorted.find((version) => semver.gte(version, bound));
    for (const version of [above, below]) if (version !== undefined) near.add(version);
  }
  if (near.size === 0) for (const version of sorted.slice(-limit)) near.add(version);
  return [...near].sort(semver.rcompare).slice(0, limit);
}

/** The major version; two versions with different ones may break each other. */
export function majorOf(version: string): number {
  return semver.major(version);
}

function boundsOf(range: VersionRange): string[] {
  const comparators = new semver.Range(range.normal).set.flat();
  return comparators.flatMap(({ semver: bound }) => (bound instanceof semver.SemVer ? [bound.version] : []));
}
