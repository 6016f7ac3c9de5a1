import type { CelEnvironment } from './engine.ts';
import type { Equatable } from './equality.ts';

/* Semantic versions: apiserver pkg/cel/library/semverlib.go. */

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

class Semver implements Equatable {
  readonly core: readonly bigint[];
  readonly prerelease: readonly string[];
  readonly build: string;

  constructor(match: RegExpExecArray) {
    this.core = [match[1], match[2], match[3]].map((part) => BigInt(part ?? '0'));
    this.prerelease = match[4] === undefined ? [] : match[4].split('.');
    this.build = match[5] ?? '';
  }

  equals(other: unknown): boolean {
    return other instanceof Semver && compare(this, other) === 0;
  }
}

/** `normalize` allows `v1`, leading zeros and missing parts. */
function parse(text: string, normalize: boolean): Semver | undefined {
  const match = FORM.exec(normalize ? normalized(text) : text);
  const identifiers = `${match?.[4] ?? ''}`.split('.');
  if (!match || (match[4] !== undefined && identifiers.some((part) => part === '' || /^0\d+$/.test(part))))
    return undefined;
  return match[5]?.split('.').includes('') ? undefined : new Semver(match);
}

function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return `${parts.join('.')}${rest}`;
}

function semver(text: string, normalize: boolean): Semver {
  const found = parse(text, normalize);
  if (!found) throw new RangeError(`No Major.Minor.Patch elements found in "${text}"`);
  return found;
}

function compare(a: Semver, b: Semver): number {
  for (let at = 0; at < 3; at += 1) {
    const [left = 0n, right = 0n] = [a.core[at], b.core[at]];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return b.prerelease.length - a.prerelease.length > 0 ? 1 : a.prerelease.length === b.prerelease.length ? 0 : -1;
  return comparePrerelease(a.prerelease, b.prerelease);
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left === right) continue;
    const numeric = [left, right].map((part) => /^\d+$/.test(part));
    if (numeric[0] && numeric[1]) return BigInt(left) < BigInt(right) ? -1 : 1;
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

/** Adds semver, isSemver and the methods of versions. */
export function registerSemver(environment: CelEnvironment): void {
  const type = 'kubernetes.Semver';
  const on = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  };
  environment.registerType(type, { ctor: Semver, fields: {} });
  environment.registerOperator(`${type} == ${type}`, (a: Semver, b: Semver) => a.equals(b));
  on(`semver(string): ${type}`, (text: string) => semver(text, false));
  on(`semver(string, bool): ${type}`, semver);
  on('isSemver(string): bool', (text: string) => parse(text, false) !== undefined);
  on('isSemver(string, bool): bool', (text: string, normalize: boolean) => parse(text, normalize) !== undefined);
  ['major', 'minor', 'patch'].forEach((name, at) => {
    on(`${type}.${name}(): int`, (version: Semver) => version.core[at]);
  });
  on(`${type}.isGreaterThan(${type}): bool`, (a: Semver, b: Semver) => compare(a, b) > 0);
  on(`${type}.isLessThan(${type}): bool`, (a: Semver, b: Semver) => compare(a, b) < 0);
  on(`${type}.compareTo(${type}): int`, (a: Semver, b: Semver) => BigInt(compare(a, b)));
}
