import semver from 'semver';

/** The version as semver, without a leading `v`; undefined for what is none. */
function parsed(version: string): semver.SemVer | undefined {
  // Labels cannot hold `+`: Helm and others write `_` for it.
  return semver.parse(version.replace(/^v/, '').replace('_', '+')) ?? undefined;
}

/** Whether two texts name the same version, whatever their build parts and a leading `v`. */
export function sameVersion(a: string, b: string): boolean {
  const [one, other] = [parsed(a), parsed(b)];
  return one && other ? one.compare(other) === 0 : a === b;
}

/** Orders versions; texts that are none come first. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parsed(a), parsed(b)];
  if (one && other) return one.compareBuild(other);
  return Number(one !== undefined) - Number(other !== undefined);
}
